"""``/log-in/passkey``: start a session in the browser by a passkey alone."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.dependencies import PASSKEYS_OFFERED, ContainerDep, DeviceDep
from fastauth.entrypoints.http.pages.browser import OptionalBrowserDep
from fastauth.entrypoints.http.pages.cookies import DEVICE, read_cookie
from fastauth.entrypoints.http.pages.credentials import parse_credential
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path, with_next
from fastauth.entrypoints.http.pages.entering import enter
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(
    prefix="/log-in/passkey",
    route_class=PageRoute,
    include_in_schema=False,
    dependencies=[PASSKEYS_OFFERED],
)


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(container: ContainerDep, to: DestinationDep) -> Response:
    """Lead to the form: a reload of the answer to a refused passkey comes here."""
    return redirect(container, with_next("/log-in", to))


@router.post("/options")
async def begin(container: ContainerDep) -> Response:
    """Return the options for the script. They name no account."""
    begun = await container.begin_passkey_log_in()()
    return JSONResponse({"token": begun.token, "options": begun.options})


@router.post("")
async def log_in(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> Response:
    """Log in with the answer of the authenticator."""
    form = await read_form(request)
    to = next_path(form.get("next", ""))
    try:
        result = await container.log_in_with_passkey()(
            token=form.get("token", ""),
            credential=parse_credential(form.get("credential", "")),
            client=client,
            device_token=read_cookie(request, DEVICE) or None,
        )
    except FastauthError as error:
        return render_page(
            request, container, "log_in.html", error=error, username="", by_passkey=True, to=to
        )
    return await enter(container, result, former=browser, to=to)
