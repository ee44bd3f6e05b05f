"""Routes of pages: a form from another site is refused before it is read."""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fastauth.entrypoints.http.pages.forms import is_same_origin
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.strict_json import StrictJSONRoute


class PageRoute(StrictJSONRoute):
    """A route of a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def from_this_site(request: Request) -> Response:
            container = request.app.state.container
            if request.method == "POST" and not is_same_origin(request, container.settings()):
                return render_page(request, container, "foreign_form.html", status=403)
            return await handle(request)

        return from_this_site
