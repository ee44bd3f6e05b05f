"""``/log-in/again``: authenticate again in the session of the browser."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.pages.browser import BrowserCallerDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path
from fastauth.entrypoints.http.pages.entering import reenter
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/log-in/again", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "log_in_again.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, to: DestinationDep
) -> Response:
    """Return the form."""
    return render_page(request, container, TEMPLATE, browser=browser, to=to)


@router.post("")
async def step_up(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, address: ClientAddressDep
) -> Response:
    """Verify the password again, for what needs a recent authentication."""
    form = await read_own_form(request, container, browser)
    to = next_path(form.get("next", ""))
    try:
        await container.step_up()(caller=browser.caller, password=form.get("password", ""), address=address)
    except FastauthError as error:
        return render_page(request, container, TEMPLATE, error=error, browser=browser, to=to)
    return await reenter(container, browser, to=to)
