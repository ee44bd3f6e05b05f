"""``/register``: create an account, and log in to it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.errors import FastauthError
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.accept_language import preferred_language
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.pages.browser import OptionalBrowserDep
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path, with_next
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute
from fastauth.entrypoints.http.pages.second_factor import enter_or_challenge

router = APIRouter(prefix="/register", route_class=PageRoute, include_in_schema=False)
FIELDS = ("username", "fullname", "email")
"""Fields that are shown again with an error. A password is not."""


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, to: DestinationDep
) -> Response:
    """Return the form, or redirect a logged-in user to their destination."""
    if browser:
        return redirect(container, to)
    container.settings().registration.check(RegisteredBy.SELF)
    return _page(request, container, dict.fromkeys(FIELDS, ""), to=to)


@router.post("")
async def register(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> Response:
    """Create an account and log in to it."""
    form = await read_form(request)
    to = next_path(form.get("next", ""))
    given = {name: form.get(name, "") for name in FIELDS}
    username, password = given["username"].strip(), form.get("password", "")
    try:
        await container.register_user()(
            username=username,
            password=password,
            fullname=given["fullname"],
            email=given["email"].strip() or None,
            locale=preferred_language(",".join(request.headers.getlist("accept-language"))),
            address=client.address,
        )
    except FastauthError as error:
        return _page(request, container, given, to=to, error=error)
    try:
        result = await container.log_in()(username=username, password=password, client=client)
    except (InvalidCredentials, TooManyRequests):  # a limit; the account exists
        return redirect(container, with_next("/log-in", to))
    return await enter_or_challenge(request, container, result, former=browser, to=to)


def _page(
    request: Request,
    container: Container,
    given: Mapping[str, str],
    *,
    to: str,
    error: FastauthError | None = None,
) -> Response:
    values: dict[str, Any] = dict(given)
    return render_page(request, container, "register.html", error=error, to=to, **values)
