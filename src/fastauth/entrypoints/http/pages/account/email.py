"""``/account/email``: change and remove the e-mail address."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.errors import InvalidInput
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.http.pages.account.own_page import OwnPageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/email", route_class=PageRoute, include_in_schema=False)
CHANGE, REMOVE = "account_email.html", "account_email_remove.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(page: OwnPageDep) -> Response:
    """Return the form for a new address."""
    page.check_recent_authentication()
    return page.show(CHANGE, email="")


@router.post("")
async def change(page: OwnPageDep) -> Response:
    """Store a new address and send a mail to it."""
    (email,) = await page.form("email")
    try:
        await page.container.change_address()(caller=page.caller, email=email.strip())
    except (InvalidInput, TooManyRequests) as error:
        return page.show(CHANGE, error=error, email=email)
    return page.done("email")


@router.post("/resend")
async def resend(page: OwnPageDep) -> Response:
    """Send the mail to the address that is not verified yet again."""
    await page.form()
    await page.container.resend_verification()(caller=page.caller)
    return page.done("email")


@router.api_route("/remove", methods=["GET", "HEAD"])
async def ask_to_remove(page: OwnPageDep) -> Response:
    """Return what the removal means, and a button."""
    page.check_recent_authentication()
    return page.show(REMOVE)


@router.post("/remove")
async def remove(page: OwnPageDep) -> Response:
    """Remove the address, and one that is not verified yet."""
    await page.form()
    await page.container.remove_address()(caller=page.caller)
    return page.done("email_removed")
