"""``/log-out``: end the session of the browser."""

from contextlib import suppress

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.sessions.errors import SessionNotFound
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.browser import BrowserCallerDep, OptionalBrowserDep, read_own_form
from fastauth.entrypoints.http.pages.cookies import delete_session_cookie
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/log-out", route_class=PageRoute, include_in_schema=False)


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(request: Request, container: ContainerDep, browser: BrowserCallerDep) -> Response:
    """Return the form. A GET request ends no session."""
    username = browser.caller.user.username.display
    return render_page(request, container, "log_out.html", csrf_token=browser.csrf_token, username=username)


@router.post("")
async def log_out(request: Request, container: ContainerDep, browser: OptionalBrowserDep) -> Response:
    """End the session, if it has not ended already, and take the cookie from the browser."""
    if browser:
        await read_own_form(request, container, browser)
        with suppress(SessionNotFound):  # another tab was faster
            await container.log_out()(caller=browser.caller, session_id=browser.caller.session.id)
    response = redirect(container, "/log-in")
    delete_session_cookie(response)
    return response
