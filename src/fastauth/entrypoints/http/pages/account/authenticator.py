"""``/account/authenticator``: add and remove an authenticator app (TOTP)."""

from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.errors import InvalidInput
from fastauth.entrypoints.http.pages.account.own_page import OwnPageDep
from fastauth.entrypoints.http.pages.account.recovery_codes import CODES
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/authenticator", route_class=PageRoute, include_in_schema=False)
BEGIN, CONFIRM, REMOVE = "account_totp.html", "account_totp_confirm.html", "account_totp_remove.html"


@router.api_route("", methods=["GET", "HEAD"])
async def explain(page: OwnPageDep) -> Response:
    """Return what an authenticator app is, and a button."""
    page.check_recent_authentication()
    return page.show(BEGIN)


@router.post("")
async def begin(page: OwnPageDep) -> Response:
    """Return a new secret, and the form for its first code."""
    await page.form()
    new = await page.container.enrol_totp()(caller=page.caller)
    secret = new.secret.text
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return page.show(CONFIRM, picture=f"data:image/svg+xml,{quote(new.qr_svg)}", uri=new.uri, secret=groups)


@router.post("/confirm")
async def confirm(page: OwnPageDep) -> Response:
    """Confirm the app by its first code, and show recovery codes with the first factor."""
    code, end_others = await page.form("code", "end_other_sessions")
    code = "".join(code.split())
    try:
        codes = await page.container.confirm_totp()(
            caller=page.caller, code=code, end_other_sessions=bool(end_others)
        )
    except InvalidInput as error:
        return page.show(CONFIRM, error=error, picture="", uri="", secret="")
    return page.show(CODES, codes=codes) if codes else page.done("authenticator")


@router.api_route("/remove", methods=["GET", "HEAD"])
async def ask_to_remove(page: OwnPageDep) -> Response:
    """Return what the removal means, and a button."""
    page.check_recent_authentication()
    return page.show(REMOVE)


@router.post("/remove")
async def remove(page: OwnPageDep) -> Response:
    """Remove the app."""
    await page.form()
    await page.container.remove_totp()(caller=page.caller)
    return page.done("authenticator_removed")
