"""``/verify-email``: verify an address, or the one that replaces another."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.application.sessions.login_result import SecondFactorChallenge
from fastauth.domain.email_addresses.record import AddressRecord
from fastauth.domain.errors import FastauthError
from fastauth.domain.sessions.session import ClientInfo
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import ContainerDep, DeviceDep
from fastauth.entrypoints.http.pages.browser import OptionalBrowserDep, check_csrf_token
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/verify-email", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "verify_email.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(request: Request, container: ContainerDep, browser: OptionalBrowserDep) -> HTMLResponse:
    """Return the form. The token is not in the request."""
    return render_page(request, container, TEMPLATE, browser=browser, username="", token="")


@router.post("")
async def verify(
    request: Request, container: ContainerDep, browser: OptionalBrowserDep, client: DeviceDep
) -> HTMLResponse:
    """Verify the address of the logged-in account, or of the one whose password is in the form."""
    form = await read_form(request)
    username, token = form.get("username", ""), form.get("token", "").strip()
    if "password" in form:  # the user may have logged in by another tab meanwhile
        browser = None
    try:
        if browser:
            check_csrf_token(form, container, browser)
            verified: AddressRecord | None = await container.verify_address()(
                caller=browser.caller, token=token
            )
        else:
            verified = await _verify(container, form, token, client)
    except FastauthError as error:
        return render_page(
            request, container, TEMPLATE, error=error, browser=browser, username=username, token=token
        )
    if verified is None:
        return render_page(request, container, "verify_email_later.html")
    return render_page(request, container, "email_verified.html", address=verified.address.text)


async def _verify(
    container: Container, form: Mapping[str, str], token: str, client: ClientInfo
) -> AddressRecord | None:
    """Verify the address in a session of its own, which ends in any case.

    ``None`` if the account requires a second factor too. The token stays valid.
    """
    username, password = form.get("username", ""), form.get("password", "")
    result = await container.log_in()(username=username, password=password, client=client)
    if isinstance(result, SecondFactorChallenge):
        return None
    caller = await container.authenticate()(access_token=result.tokens.access.text)
    try:
        return await container.verify_address()(caller=caller, token=token)
    finally:
        await container.log_out()(caller=caller, session_id=caller.session.id)
