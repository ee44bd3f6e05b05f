"""``/log-in``: start a session in the browser."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.pages.browser import OptionalBrowserDep
from fastauth.entrypoints.http.pages.cookies import DEVICE, read_cookie
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.http.pages.second_factor import enter_or_challenge

router = APIRouter(prefix="/log-in", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "log_in.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, to: DestinationDep
) -> Response:
    """Return the form, or redirect a logged-in user to their destination."""
    return (
        redirect(container, to)
        if browser
        else render_page(request, container, TEMPLATE, username="", by_passkey=False, to=to)
    )


@router.post("")
async def log_in(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> Response:
    """Log in with a username or an e-mail address, and a password."""
    form = await read_form(request)
    username, to = form.get("username", ""), next_path(form.get("next", ""))
    try:
        result = await container.log_in()(
            username=username.strip(),
            password=form.get("password", ""),
            client=client,
            device_token=read_cookie(request, DEVICE) or None,
        )
    except FastauthError as error:
        return render_page(
            request, container, TEMPLATE, error=error, username=username, by_passkey=False, to=to
        )
    return await enter_or_challenge(request, container, result, former=browser, to=to)
