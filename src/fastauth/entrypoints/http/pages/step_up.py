"""``/log-in/again``: authenticate again in the session of the browser."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.pages.browser import BrowserCaller, BrowserCallerDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path
from fastauth.entrypoints.http.pages.entering import reenter
from fastauth.entrypoints.http.pages.factor_forms import code_in
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/log-in/again", route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, to: DestinationDep
) -> Response:
    """Return the form for a second factor, or for the password if the account has none."""
    return await _page(request, container, browser, to=to)


@router.post("")
async def step_up(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, address: ClientAddressDep
) -> Response:
    """Verify the password or a second factor, for what needs a recent authentication."""
    form = await read_own_form(request, container, browser)
    to = next_path(form.get("next", ""))
    try:
        await _authenticate(container, browser, form, address)
    except FastauthError as error:
        return await _page(request, container, browser, to=to, error=error, tried=form.get("method", ""))
    return await reenter(container, browser, to=to)


async def _authenticate(
    container: Container, browser: BrowserCaller, form: Mapping[str, str], address: str
) -> None:
    if "password" in form:
        await container.step_up()(caller=browser.caller, password=form["password"], address=address)
    else:
        await container.step_up_with_factor()(caller=browser.caller, answer=code_in(form), address=address)


async def _page(  # noqa: PLR0913  what the page shows
    request: Request,
    container: Container,
    browser: BrowserCaller,
    *,
    to: str,
    error: FastauthError | None = None,
    tried: str = "",
) -> Response:
    methods = await container.second_factors().methods_of(browser.caller.user.id)
    return render_page(
        request,
        container,
        "log_in_again.html",
        error=error,
        browser=browser,
        methods=methods,
        tried=tried,
        to=to,
    )
