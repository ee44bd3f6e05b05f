"""Routes of pages: a form from another site is refused before it is read, and errors are pages."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.browser import LogInRequired
from fastauth.entrypoints.http.pages.destinations import HOME, page_with_query, with_next
from fastauth.entrypoints.http.pages.forms import ForeignForm, is_same_origin
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.strict_json import StrictJSONRoute


class EnrolmentRequired(Exception):
    """The permissions of the user count only with a second factor, and the account has none."""


class PageRoute(StrictJSONRoute):
    """A route of a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def from_this_site(request: Request) -> Response:
            container: Container = request.app.state.container
            if request.method == "POST" and not is_same_origin(request, container.settings()):
                return _foreign_form(request, container)
            try:
                return await handle(request)
            except ForeignForm:
                return _foreign_form(request, container)
            except (LogInRequired, InvalidAccessToken, StepUpRequired, EnrolmentRequired) as needed:
                return redirect(container, _detour(needed, _page_of(request, container)))
            except FastauthError as error:
                return render_page(request, container, "error.html", error=error)

        return from_this_site


def _detour(needed: Exception, page: str) -> str:
    """Return the path of what must come first, which then leads to `page`."""
    if isinstance(needed, EnrolmentRequired):
        return HOME  # which says so
    return with_next("/log-in/again" if isinstance(needed, StepUpRequired) else "/log-in", page)


def _foreign_form(request: Request, container: Container) -> Response:
    return render_page(request, container, "foreign_form.html", status=403)


def _page_of(request: Request, container: Container) -> str:
    """Return the page to come back to: the requested one, or the one with the form that was sent."""
    if request.method != "POST":
        return page_with_query(request.scope["path"], request.scope["query_string"].decode("latin-1"))
    base = urlsplit(container.settings().public_url).path
    try:
        referer = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # any client can send one that is no URL
        return HOME
    return page_with_query(referer.path.removeprefix(base), referer.query)
