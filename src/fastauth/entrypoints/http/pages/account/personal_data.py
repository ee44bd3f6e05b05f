"""``/account/data`` and ``/account/close``: export one's data, and close the account."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.exported_json import exported_json
from fastauth.entrypoints.http.pages.account.own_page import OwnPage, OwnPageDep
from fastauth.entrypoints.http.pages.closing import erase_at_if_closed_now
from fastauth.entrypoints.http.pages.cookies import delete_session_cookie
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account", route_class=PageRoute, include_in_schema=False)
EXPORT, CLOSE, CLOSED = "account_data.html", "account_close.html", "account_closed.html"


@router.api_route("/data", methods=["GET", "HEAD"])
async def ask_to_export(page: OwnPageDep) -> Response:
    """Return what an export has, and a button."""
    page.check_recent_authentication()
    return page.show(EXPORT, again_at=None)


@router.post("/data")
async def export(page: OwnPageDep) -> Response:
    """Return the export as a file."""
    await page.form()
    try:
        found = await page.container.export_account()(caller=page.caller)
    except StepUpRequired:
        raise
    except TooManyRequests as limit:
        again_at = page.container.clock().now() + timedelta(seconds=limit.retry_after)
        return page.show(EXPORT, error=limit, again_at=again_at)
    except FastauthError as error:
        return page.show(EXPORT, error=error, again_at=None)
    return JSONResponse(
        exported_json(found), headers={"Content-Disposition": 'attachment; filename="account.json"'}
    )


@router.api_route("/close", methods=["GET", "HEAD"])
async def ask_to_close(page: OwnPageDep) -> Response:
    """Return what it means to close the account, and the form."""
    page.check_recent_authentication()
    return _form(page, confirm="")


def _form(page: OwnPage, *, confirm: str, error: FastauthError | None = None) -> Response:
    erase_at = erase_at_if_closed_now(page.container)
    return page.show(CLOSE, error=error, confirm=confirm, erase_at=erase_at)


@router.post("/close")
async def close(page: OwnPageDep) -> Response:
    """Close the account. The session of the browser ends with it."""
    (confirm,) = await page.form("confirm")
    try:
        erase_at = await page.container.close_account()(caller=page.caller, confirm=confirm)
    except StepUpRequired:
        raise
    except FastauthError as error:
        return _form(page, confirm=confirm, error=error)
    response = render_page(
        page.request,
        page.container,
        CLOSED,
        erase_at=erase_at if page.container.settings().erase_days else None,
    )
    delete_session_cookie(response)
    return response
