"""``/invitation``: accept an invitation, with a new account or with that of the browser."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.accept_language import preferred_language
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.pages.browser import BrowserCallerDep, OptionalBrowserDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import HOME
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.http.pages.second_factor import enter_or_challenge

router = APIRouter(prefix="/invitation", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "invitation.html"
FIELDS = ("username", "fullname", "token")


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(request: Request, container: ContainerDep, browser: OptionalBrowserDep) -> Response:
    """Return the form. The token is not in the request."""
    return render_page(request, container, TEMPLATE, browser=browser, **_values({}))


@router.post("")
async def create_account(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> Response:
    """Create an account and log in to it."""
    form = await read_form(request)
    username, password = form.get("username", "").strip(), form.get("password", "")
    try:
        await container.accept_invitation()(
            token=form.get("token", "").strip(),
            username=username,
            fullname=form.get("fullname", ""),
            password=password,
            locale=preferred_language(",".join(request.headers.getlist("accept-language"))),
            address=client.address,
        )
    except FastauthError as error:
        return render_page(request, container, TEMPLATE, error=error, browser=None, **_values(form))
    try:
        result = await container.log_in()(username=username, password=password, client=client)
    except (InvalidCredentials, TooManyRequests):  # a limit; the account exists
        return redirect(container, "/log-in")
    return await enter_or_challenge(request, container, result, former=browser, to=HOME)


@router.post("/account")
async def accept_as_user(request: Request, container: ContainerDep, browser: BrowserCallerDep) -> Response:
    """Give the account of the browser what the invitation promises."""
    form = await read_own_form(request, container, browser)
    try:
        await container.accept_invitation_as_user()(
            caller=browser.caller, token=form.get("token", "").strip()
        )
    except FastauthError as error:
        return render_page(request, container, TEMPLATE, error=error, browser=browser, **_values(form))
    return render_page(request, container, "invitation_accepted.html")


def _values(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields that are shown again with an error. A password is not."""
    return {name: form.get(name, "") for name in FIELDS}
