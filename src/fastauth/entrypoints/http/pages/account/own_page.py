"""What the pages of the account have in common."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.browser import BrowserCaller, BrowserCallerDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import HOME
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A request for a page of the account of a logged-in user."""

    request: Request
    container: Container
    browser: BrowserCaller

    @property
    def caller(self) -> AuthenticatedUser:
        """The user and the session of the browser."""
        return self.browser.caller

    async def form(self, *names: str) -> list[str]:
        """Return the fields of the form with these names; missing ones are empty.

        Raises:
            ForeignForm: No page of this session contained the form.
        """
        form = await read_own_form(self.request, self.container, self.browser)
        return [form.get(name, "") for name in names]

    def show(
        self,
        template: str,
        *,
        error: FastauthError | None = None,
        **values: Any,  # noqa: ANN401  what the template shows
    ) -> Response:
        """Return the page."""
        return render_page(
            self.request, self.container, template, error=error, browser=self.browser, **values
        )

    def done(self, what: str) -> Response:
        """Lead to the overview, which tells what was done: a key of ``account_done.html``."""
        return redirect(self.container, f"{HOME}?{urlencode({'done': what})}")

    def check_recent_authentication(self) -> None:
        """Return if the user may change credentials now, so that no form is filled in for nothing.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
        """
        self.caller.check_recent_authentication(self.container.clock().now())


async def _own_page(request: Request, container: ContainerDep, browser: BrowserCallerDep) -> OwnPage:
    return OwnPage(request, container, browser)


OwnPageDep = Annotated[OwnPage, Depends(_own_page)]
