"""``/account/password``: change, set and remove the password."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.errors import Conflict, FastauthError
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import ClientAddressDep
from fastauth.entrypoints.http.pages.account.own_page import OwnPage, OwnPageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/password", route_class=PageRoute, include_in_schema=False)
CHANGE, REMOVE = "account_password.html", "account_password_remove.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(page: OwnPageDep) -> Response:
    """Return the form for a new password. An account that has one must enter the current one."""
    has_password = await page.container.has_password()(caller=page.caller)
    if not has_password:
        page.check_recent_authentication()
    return page.show(CHANGE, has_password=has_password)


@router.post("")
async def change(page: OwnPageDep, address: ClientAddressDep) -> Response:
    """Set the new password, and end all other sessions if there was one before."""
    current, new = await page.form("current_password", "new_password")
    has_password = await page.container.has_password()(caller=page.caller)
    try:
        await _set(page, current if has_password else None, new, address)
    except StepUpRequired:
        raise
    except FastauthError as error:
        return page.show(CHANGE, error=error, has_password=has_password)
    return page.done("password" if has_password else "password_set")


async def _set(page: OwnPage, current: str | None, new: str, address: str) -> None:
    if current is None:
        await page.container.add_password()(caller=page.caller, new_password=new)
        return
    await page.container.change_password()(
        caller=page.caller, current_password=current, new_password=new, address=address
    )


@router.api_route("/remove", methods=["GET", "HEAD"])
async def ask_to_remove(page: OwnPageDep) -> Response:
    """Return what the removal means, and a button."""
    page.check_recent_authentication()
    return page.show(REMOVE)


@router.post("/remove")
async def remove(page: OwnPageDep) -> Response:
    """Remove the password, if there is another way to log in."""
    await page.form()
    try:
        await page.container.remove_password()(caller=page.caller)
    except Conflict as error:
        return page.show(REMOVE, error=error)
    return page.done("password_removed")
