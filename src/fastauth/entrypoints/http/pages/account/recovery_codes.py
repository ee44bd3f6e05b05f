"""``/account/recovery-codes``: make new recovery codes."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.entrypoints.http.pages.account.own_page import OwnPageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/recovery-codes", route_class=PageRoute, include_in_schema=False)
CODES = "account_codes.html"
"""The page that shows new codes. They are shown once."""


@router.api_route("", methods=["GET", "HEAD"])
async def ask(page: OwnPageDep) -> Response:
    """Return what new codes mean, and a button."""
    page.check_recent_authentication()
    return page.show("account_codes_make.html")


@router.post("")
async def make(page: OwnPageDep) -> Response:
    """Return ten new codes."""
    await page.form()
    return page.show(CODES, codes=await page.container.make_recovery_codes()(caller=page.caller))
