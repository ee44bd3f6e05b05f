"""``/return``: leads a logged-in user back to a front end, with a login code."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import InvalidInput
from fastauth.domain.login_codes.code_challenge import METHOD, CodeChallenge
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.browser import BrowserCallerDep, OptionalBrowserDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import with_next
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.pages.routing import PageRoute

router = APIRouter(prefix="/return", route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The parameters of a front end that requests a login code."""

    return_to: str
    challenge: CodeChallenge

    @classmethod
    def parse(cls, container: Container, return_to: str, challenge: str, method: str = METHOD) -> "_Wanted":
        """Return it if it is allowed.

        Raises:
            InvalidInput: The URL is not that of a front end, or there is no challenge.
        """
        container.return_urls().check(return_to)
        return cls(return_to, CodeChallenge.parse(challenge, method=method))

    @property
    def path(self) -> str:
        query = {"return_to": self.return_to, "code_challenge": self.challenge.text}
        return f"/return?{urlencode(query)}"

    @property
    def host(self) -> str:
        return urlsplit(self.return_to).netloc


@router.api_route("", methods=["GET", "HEAD"])
async def show_form(  # noqa: PLR0913, PLR0917  three are parameters of the query
    request: Request,
    container: ContainerDep,
    browser: OptionalBrowserDep,
    return_to: Annotated[str, Query()] = "",
    code_challenge: Annotated[str, Query()] = "",
    code_challenge_method: Annotated[str, Query()] = METHOD,
) -> Response:
    """Return a form that sends the user back; the script presses its button. A GET request issues no code."""
    try:
        wanted = _Wanted.parse(container, return_to, code_challenge, code_challenge_method)
    except InvalidInput:
        return _refused(request, container)
    if browser is None:
        return redirect(container, with_next("/log-in", wanted.path))
    return render_page(request, container, "return.html", browser=browser, wanted=wanted)


@router.post("")
async def send_back(request: Request, container: ContainerDep, browser: BrowserCallerDep) -> Response:
    """Issue a code, and return a page that leads to the front end with it.

    It is no redirect: browsers apply ``form-action`` of the policy to the redirects that answer a form.
    """
    form = await read_own_form(request, container, browser)
    try:
        wanted = _Wanted.parse(container, form.get("return_to", ""), form.get("code_challenge", ""))
    except InvalidInput:
        return _refused(request, container)
    url = await container.issue_login_code()(
        caller=browser.caller, return_to=wanted.return_to, challenge=wanted.challenge
    )
    return render_page(request, container, "return_done.html", url=url, host=wanted.host)


def _refused(request: Request, container: Container) -> Response:
    return render_page(request, container, "return_refused.html", status=400)
