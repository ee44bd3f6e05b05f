"""``/log-in/again``: authenticate again in the session of the browser."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.errors import FastauthError
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.sessions.assurance import has_password
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import PASSKEYS_OFFERED, ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.pages.browser import BrowserCaller, BrowserCallerDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path, with_next
from fastauth.entrypoints.http.pages.entering import reenter
from fastauth.entrypoints.http.pages.factor_forms import code_in, credential_in
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/log-in/again", route_class=PageRoute, include_in_schema=False)
PASSKEY = SecondFactorMethod.PASSKEY


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, to: DestinationDep
) -> Response:
    """Return the form for a second factor, or for the password if the account has none."""
    return await _page(request, container, browser, to=to)


@router.api_route("/passkey", methods=["GET", "HEAD"])
async def show_again(container: ContainerDep, to: DestinationDep) -> Response:
    """Lead to the form: a reload of the answer to a refused passkey comes here."""
    return redirect(container, with_next("/log-in/again", to))


@router.post("")
async def step_up(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, address: ClientAddressDep
) -> Response:
    """Verify the password or a code, for what needs a recent authentication."""
    form = await read_own_form(request, container, browser)
    return await _step_up(request, container, browser, address, form)


@router.post("/passkey/options", dependencies=[PASSKEYS_OFFERED])
async def begin_passkey(request: Request, container: ContainerDep, browser: BrowserCallerDep) -> Response:
    """Return the options for the script."""
    await read_own_form(request, container, browser)
    begun = await container.begin_passkey_step_up()(caller=browser.caller)
    return JSONResponse({"token": begun.token, "options": begun.options})


@router.post("/passkey", dependencies=[PASSKEYS_OFFERED])
async def step_up_by_passkey(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, address: ClientAddressDep
) -> Response:
    """Verify the answer of an authenticator."""
    form = await read_own_form(request, container, browser)
    return await _step_up(request, container, browser, address, {**form, "method": PASSKEY})


async def _step_up(
    request: Request,
    container: Container,
    browser: BrowserCaller,
    address: str,
    form: Mapping[str, str],
) -> Response:
    to, caller = next_path(form.get("next", "")), browser.caller
    try:
        if "password" in form:
            await container.step_up()(caller=caller, password=form["password"], address=address)
        else:
            answer = _answer_in(form)
            await container.step_up_with_factor()(caller=caller, answer=answer, address=address)
    except InvalidAccessToken:  # the session has ended meanwhile
        return redirect(container, with_next("/log-in", to))
    except FastauthError as error:
        return await _page(request, container, browser, to=to, error=error, tried=form.get("method", ""))
    return await reenter(container, browser, to=to)


def _answer_in(form: Mapping[str, str]) -> FactorAnswer:
    if form.get("method") == PASSKEY:
        return credential_in(form, challenge=form.get("token", ""))
    return code_in(form)


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
    if not has_password(browser.caller.session.methods):  # a code is a second factor beside a password
        methods = tuple(each for each in methods if each == PASSKEY)
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
