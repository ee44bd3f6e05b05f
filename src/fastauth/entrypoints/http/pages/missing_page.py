"""The page of an address that has none, such as that of a form which was sent and is opened again."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.rendering import HEADERS, render_page

_PAGE, _JSON = "text/html", "application/json"


def asks_for_page(request: Request) -> bool:
    """Return whether a browser shows the response: it accepts HTML, and names no JSON."""
    accepted = {each.partition(";")[0].strip() for each in request.headers.get("accept", "").split(",")}
    return _PAGE in accepted and _JSON not in accepted


def missing_page(
    request: Request, container: Container, status: int, headers: Mapping[str, str]
) -> HTMLResponse:
    """Return a page that says so and leads to the start page."""
    page = render_page(request, container, "missing.html", status=status)
    page.headers.update({**headers, "Vary": f"Accept, {HEADERS['Vary']}"})
    return page
