"""``/console``: the sections that the user may see."""

from fastapi import APIRouter
from starlette.responses import Response

from fastauth.entrypoints.http.pages.console.console_page import ConsolePageDep
from fastauth.entrypoints.http.pages.console_sections import CONSOLE, SECTIONS
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix=CONSOLE, route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def show_console(page: ConsolePageDep) -> Response:
    """Return the overview."""
    if not page.sections:
        page.acting.require(
            next(each.permission for each in SECTIONS if each.permission in page.acting.withheld)
        )
    return page.show("overview.html")
