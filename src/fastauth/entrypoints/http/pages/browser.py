"""Dependencies of pages: the user of the session cookie, and the forms of that session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import SCOPE_USER_ID, ContainerDep
from fastauth.entrypoints.http.pages.cookies import SESSION, read_cookie
from fastauth.entrypoints.http.pages.forms import ForeignForm, read_form

CSRF_FIELD = "csrf_token"


class LogInRequired(Exception):
    """The page is for logged-in users, and the browser has no session."""


@dataclass(frozen=True, slots=True)
class BrowserCaller:
    """A user who is logged in on the pages."""

    caller: AuthenticatedUser
    cookie: str = field(repr=False)
    csrf_token: str = field(repr=False)


async def _browser(request: Request, container: ContainerDep) -> BrowserCaller | None:
    cookie = read_cookie(request, SESSION)
    caller = await container.authenticate_browser()(cookie=cookie) if cookie else None
    if caller is None:
        return None
    request.scope[SCOPE_USER_ID] = caller.user.id  # logged if the request is refused all the same
    return BrowserCaller(caller, cookie, container.session_cookies().csrf_token(caller.session.id))


OptionalBrowserDep = Annotated[BrowserCaller | None, Depends(_browser)]
"""The user of the session cookie, if there is one. Only pages ask for it: the JSON API reads no cookie."""


async def _logged_in(browser: OptionalBrowserDep) -> BrowserCaller:
    if browser is None:
        raise LogInRequired
    return browser


BrowserCallerDep = Annotated[BrowserCaller, Depends(_logged_in)]
"""The user of the session cookie. Without one the browser is led to the log-in."""


async def read_own_form(
    request: Request, container: ContainerDep, browser: BrowserCaller
) -> Mapping[str, str]:
    """Return the fields of a form that a page of this session contained.

    Raises:
        ForeignForm: The form has no CSRF token of the session.
        HTTPException: It is no form, is not UTF-8, or has a field twice (status 400 or 415).
    """
    form = await read_form(request)
    check_csrf_token(form, container, browser)
    return form


def check_csrf_token(form: Mapping[str, str], container: Container, browser: BrowserCaller) -> None:
    """Return if a page of this session contained the form.

    Raises:
        ForeignForm: The form has no CSRF token of the session.
    """
    token = form.get(CSRF_FIELD, "")
    if not container.session_cookies().is_csrf_token(token, browser.caller.session.id):
        raise ForeignForm
