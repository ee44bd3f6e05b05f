"""``/dev/inbox``: the mails of development."""

import re
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.domain.rate_limits.network import parse_address
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.hosts import is_loopback

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SHOWN = 50
_LINK = re.compile(r"https?://\S+#token=\S+")


@router.api_route("/dev/inbox", methods=["GET", "HEAD"])
async def show_inbox(request: Request, container: ContainerDep) -> HTMLResponse:
    """Return the newest mails with their links."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:  # any client can send one that is no host
        host = ""
    if not _is_own_name(host, container.settings()):
        raise HTTPException(404)
    mails = [
        {"message": each, "link": found[0] if (found := _LINK.search(each.text)) else None}
        for each in await container.mail_inbox().newest(SHOWN)
    ]
    return render_page(request, container, "inbox.html", mails=mails)


def _is_own_name(host: str, settings: Settings) -> bool:
    """Return whether the browser has opened this service by its own name, or by an address.

    A foreign site could let its own name point to this machine, and read the page as its own.
    """
    own = {urlsplit(settings.public_url).hostname, settings.host}
    return is_loopback(host) or parse_address(host) is not None or host in own
