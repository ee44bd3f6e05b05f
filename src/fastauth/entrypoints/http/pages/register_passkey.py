"""``/register/passkey``: create an account that logs in by a passkey."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.accept_language import preferred_language
from fastauth.entrypoints.http.dependencies import PASSKEYS_OFFERED, ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.pages.browser import OptionalBrowserDep
from fastauth.entrypoints.http.pages.credentials import parse_credential
from fastauth.entrypoints.http.pages.destinations import DestinationDep, next_path
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(
    prefix="/register/passkey",
    route_class=PageRoute,
    include_in_schema=False,
    dependencies=[PASSKEYS_OFFERED],
)
FIELDS = ("username", "fullname", "email")


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, to: DestinationDep
) -> Response:
    """Return the form, or redirect a logged-in user to their destination."""
    if browser:
        return redirect(container, to)
    container.settings().registration.check(RegisteredBy.SELF)
    return _page(request, container, {}, to=to)


@router.post("/options")
async def begin(request: Request, container: ContainerDep, address: ClientAddressDep) -> Response:
    """Return the options for the script, if there can be such an account."""
    return await _begin(request, container, await read_form(request), address)


@router.post("")
async def register(request: Request, container: ContainerDep, address: ClientAddressDep) -> Response:
    """Create the account by the answer of the authenticator, and show its recovery codes.

    Without an answer the script was refused the options. Then the page has the errors at the fields.
    """
    form = await read_form(request)
    to = next_path(form.get("next", ""))
    try:
        if not form.get("token"):
            await _begin(request, container, form, address)
            return _page(request, container, form, to=to)
        registered = await container.register_with_passkey()(
            token=form["token"], credential=parse_credential(form.get("credential", ""))
        )
    except FastauthError as error:
        return _page(request, container, form, to=to, error=error)
    return render_page(request, container, "account_codes.html", codes=registered.recovery_codes, to=to)


async def _begin(
    request: Request, container: Container, form: Mapping[str, str], address: str
) -> JSONResponse:
    begun = await container.begin_passkey_registration()(
        username=form.get("username", "").strip(),
        fullname=form.get("fullname", ""),
        email=form.get("email", "").strip() or None,
        locale=preferred_language(",".join(request.headers.getlist("accept-language"))),
        address=address,
    )
    return JSONResponse({"token": begun.token, "options": begun.options})


def _page(
    request: Request,
    container: Container,
    form: Mapping[str, str],
    *,
    to: str,
    error: FastauthError | None = None,
) -> Response:
    given: dict[str, Any] = {name: form.get(name, "") for name in FIELDS}
    return render_page(request, container, "register_passkey.html", error=error, to=to, **given)
