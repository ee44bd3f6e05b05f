"""``/keep-account``: keep an account that is to be erased."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.link_forms import use_token
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/keep-account", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "keep_account.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(request: Request, container: ContainerDep) -> HTMLResponse:
    """Return the form. The token is not in the request."""
    return render_page(request, container, TEMPLATE, token="")


@router.post("")
async def keep(request: Request, container: ContainerDep) -> HTMLResponse:
    """Undo the request to erase the account."""
    return await use_token(
        request, container, container.keep_account(), form=TEMPLATE, done="account_kept.html"
    )
