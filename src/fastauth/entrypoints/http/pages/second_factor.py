"""``/log-in/second-factor``: the second step of a log-in."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.domain.errors import FastauthError
from fastauth.domain.sessions.session import ClientInfo
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.pages.browser import BrowserCaller, OptionalBrowserDep
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path, with_next
from fastauth.entrypoints.http.pages.entering import enter
from fastauth.entrypoints.http.pages.factor_forms import code_in, credential_in, methods_in
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/log-in/second-factor", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "second_factor.html"


async def enter_or_challenge(
    request: Request,
    container: Container,
    result: LoginResult | SecondFactorChallenge,
    *,
    former: BrowserCaller | None,
    to: str,
) -> Response:
    """Return the answer to a right password: the new session, or the page for the second factor.

    The challenge is in the forms of that page, and in no URL.
    """
    if isinstance(result, LoginResult):
        return await enter(container, result, former=former, to=to)
    return render_page(
        request, container, TEMPLATE, challenge=result.token, methods=result.methods, tried="", to=to
    )


@router.api_route("", methods=["GET", "HEAD"])
@router.api_route("/passkey", methods=["GET", "HEAD"])
async def show_log_in(container: ContainerDep, to: DestinationDep) -> Response:
    """Lead to the first step: there is no challenge."""
    return redirect(container, with_next("/log-in", to))


@router.post("")
async def complete(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> Response:
    """Complete the log-in by a code."""
    return await _complete(request, container, browser, client, code_in)


@router.post("/passkey/options")
async def begin_passkey(request: Request, container: ContainerDep) -> Response:
    """Return the options for the script."""
    challenge = (await read_form(request)).get("challenge", "")
    options = await container.begin_passkey_second_factor()(challenge=challenge)
    return JSONResponse({"token": challenge, "options": options})


@router.post("/passkey")
async def complete_by_passkey(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> Response:
    """Complete the log-in by the answer of an authenticator."""
    return await _complete(request, container, browser, client, credential_in)


async def _complete(
    request: Request,
    container: Container,
    browser: BrowserCaller | None,
    client: ClientInfo,
    answer_in: Callable[..., FactorAnswer],
) -> Response:
    form = await read_form(request)
    to, challenge = next_path(form.get("next", "")), form.get("challenge", "")
    try:
        answer = answer_in(form, challenge=challenge)
        result = await container.complete_log_in()(answer=answer, client=client)
    except FastauthError as error:
        return render_page(
            request,
            container,
            TEMPLATE,
            error=error,
            challenge=challenge,
            methods=methods_in(form),
            tried=form.get("method", ""),
            to=to,
        )
    return await enter(container, result, former=browser, to=to)
