"""``/console/outbox``: what waits to be delivered, such as mails."""

import re

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.roles.permissions import READ_AUDIT, WRITE_USERS
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE, ConsolePageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/outbox", route_class=PageRoute, include_in_schema=False)
CLOSED = "closed"
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


@router.api_route("", methods=["GET", "HEAD"])
async def list_entries(page: ConsolePageDep) -> Response:
    """Return the entries that wait, or the closed ones, page by page."""
    page.acting.require(READ_AUDIT)
    query = page.query("show", "after")
    search = page.container.list_outbox_by_admin()(
        acting=page.acting,
        waiting=query["show"] != CLOSED,
        after=query["after"] or None,
        limit=PAGE_SIZE,
    )
    found, error = await page.find(search)
    return page.show(
        "outbox.html",
        error=error,
        section="outbox",
        found=found,
        query=query,
        closed=query["show"] == CLOSED,
        may_retry=page.may(WRITE_USERS),
    )


@router.post("/retry")
async def retry(page: ConsolePageDep) -> Response:
    """Deliver one entry now, or all that wait."""
    (entry_id,) = await page.form("entry_id")
    page.check_may_act(WRITE_USERS)
    if not entry_id or _ID.fullmatch(entry_id):
        await page.container.retry_outbox_by_admin()(acting=page.acting, entry_id=entry_id or None)
    return page.lead_to("/outbox", done="retried")
