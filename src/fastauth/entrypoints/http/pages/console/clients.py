"""``/console/clients``: OAuth clients."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.application.clients.list_clients import ClientPage
from fastauth.domain.roles.permissions import READ_CLIENTS
from fastauth.entrypoints.http.pages.console.console_page import PAGE_SIZE, ConsolePageDep
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/console/clients", route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def list_clients(page: ConsolePageDep) -> Response:
    """Return the clients in the order of their names, page by page."""
    page.acting.require(READ_CLIENTS)
    query = page.query("after")
    search = page.container.list_clients()(acting=page.acting, after=query["after"] or None, limit=PAGE_SIZE)
    found, error = await page.find(search, otherwise=ClientPage(clients=(), next=None))
    return page.show("clients.html", error=error, section="clients", found=found, query=query)
