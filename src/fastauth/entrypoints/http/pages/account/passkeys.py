"""``/account/passkeys``: add, rename and remove passkeys."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from fastauth.domain.errors import Conflict, FastauthError, InvalidInput
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.pages.account.own_page import OwnPage, OwnPageDep
from fastauth.entrypoints.http.pages.account.recovery_codes import CODES
from fastauth.entrypoints.http.pages.credentials import parse_credential
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/passkeys", route_class=PageRoute, include_in_schema=False)
LIST, ADD = "account_passkeys.html", "account_passkey_add.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_passkeys(page: OwnPageDep) -> Response:
    """Return the passkeys with their forms."""
    page.check_recent_authentication()
    return await _list(page)


async def _list(page: OwnPage, error: FastauthError | None = None) -> Response:
    own = await page.container.list_passkeys()(caller=page.caller)
    return page.show(LIST, error=error, passkeys=own.passkeys)


@router.post("/rename")
async def rename(page: OwnPageDep) -> Response:
    """Rename a passkey."""
    id_, name = await page.form("passkey_id", "name")
    try:
        await page.container.rename_passkey()(caller=page.caller, id_=id_, name=name)
    except InvalidInput as error:
        return await _list(page, error)
    return page.done("passkey_renamed")


@router.post("/remove")
async def remove(page: OwnPageDep) -> Response:
    """Remove a passkey, unless it is the last way to log in."""
    (id_,) = await page.form("passkey_id")
    try:
        await page.container.remove_passkey()(caller=page.caller, id_=id_)
    except Conflict as error:
        return await _list(page, error)
    return page.done("passkey_removed")


@router.api_route("/add", methods=["GET", "HEAD"])
async def show_form(page: OwnPageDep) -> Response:
    """Return the form. The script asks for its options."""
    page.check_recent_authentication()
    return page.show(ADD, name="")


@router.post("/add/options")
async def begin(page: OwnPageDep) -> Response:
    """Return the options of the ceremony, for the script."""
    await page.form()
    begun = await page.container.begin_passkey()(caller=page.caller)
    return JSONResponse({"token": begun.token, "options": begun.options})


@router.post("/add")
async def add(page: OwnPageDep) -> Response:
    """Store the new passkey, and show recovery codes with the first factor."""
    token, credential, name = await page.form("token", "credential", "name")
    try:
        added = await page.container.add_passkey()(
            caller=page.caller, token=token, credential=parse_credential(credential), name=name
        )
    except StepUpRequired:
        raise
    except FastauthError as error:
        return page.show(ADD, error=error, name=name)
    codes = added.recovery_codes
    return page.show(CODES, codes=codes) if codes else page.done("passkey")
