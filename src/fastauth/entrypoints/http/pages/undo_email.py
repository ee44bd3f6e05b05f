"""``/undo-email``: undo the change of an address."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.link_forms import use_token
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/undo-email", route_class=PageRoute, include_in_schema=False)
TEMPLATE = "undo_email.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(request: Request, container: ContainerDep) -> HTMLResponse:
    """Return the form. The token is not in the request."""
    return render_page(request, container, TEMPLATE, token="")


@router.post("")
async def undo(request: Request, container: ContainerDep) -> HTMLResponse:
    """Put the replaced address back."""
    return await use_token(
        request, container, container.undo_address_change(), form=TEMPLATE, done="email_undone.html"
    )
