"""``/``: leads to the account, or to the log-in."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.browser import OptionalBrowserDep
from fastauth.entrypoints.http.pages.destinations import HOME
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def root(container: ContainerDep, browser: OptionalBrowserDep) -> Response:
    """Redirect."""
    return redirect(container, HOME if browser else "/log-in")
