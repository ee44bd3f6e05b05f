"""``/account/name``: change the full name."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.pages.account.own_page import OwnPageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/account/name", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "account_name.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(page: OwnPageDep) -> Response:
    """Return the form."""
    return page.show(TEMPLATE, fullname=page.caller.user.fullname.text)


@router.post("")
async def change(page: OwnPageDep) -> Response:
    """Change the full name."""
    (fullname,) = await page.form("fullname")
    try:
        await page.container.change_full_name()(caller=page.caller, fullname=fullname)
    except FastauthError as error:
        return page.show(TEMPLATE, error=error, fullname=fullname)
    return page.done("name")
