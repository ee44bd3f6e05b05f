"""``/reset``: ask for a new password. ``/reset/new``: choose it, by the link of the mail."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.pages.forms import read_form
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/reset", route_class=PageRoute, include_in_schema=False)
REQUEST, COMPLETE = "reset_request.html", "reset_complete.html"


@router.api_route("", methods=["GET", "HEAD"])
async def show_request(request: Request, container: ContainerDep) -> HTMLResponse:
    """Return the form that requests a mail."""
    return render_page(request, container, REQUEST, identifier="")


@router.post("")
async def ask(request: Request, container: ContainerDep, address: ClientAddressDep) -> HTMLResponse:
    """Ask for a mail. The page is the same for every account and for none."""
    identifier = (await read_form(request)).get("identifier", "").strip()
    try:
        await container.request_password_reset()(identifier=identifier, address=address)
    except FastauthError as error:
        return render_page(request, container, REQUEST, error=error, identifier=identifier)
    return render_page(request, container, "reset_requested.html")


@router.api_route("/new", methods=["GET", "HEAD"])
async def show_form(request: Request, container: ContainerDep) -> HTMLResponse:
    """Return the form for the new password. The token is not in the request."""
    return render_page(request, container, COMPLETE, token="")


@router.post("/new")
async def complete(request: Request, container: ContainerDep) -> HTMLResponse:
    """Set the new password."""
    form = await read_form(request)
    token = form.get("token", "").strip()
    try:
        await container.complete_password_reset()(token=token, new_password=form.get("new_password", ""))
    except FastauthError as error:
        return render_page(request, container, COMPLETE, error=error, token=token)
    return render_page(request, container, "reset_done.html")
