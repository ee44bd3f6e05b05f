"""What the pages of the account have in common."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.domain.idempotency.key import IdempotencyKey
from fastauth.domain.principals.principal import Principal
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.browser import CSRF_FIELD, BrowserCaller, BrowserCallerDep, read_own_form
from fastauth.entrypoints.http.pages.destinations import HOME
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.rendering import render_page
from fastauth.entrypoints.http.stored_response import dump, load

T = TypeVar("T")


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

    async def answer_once(
        self,
        act: Callable[[], Awaitable[T]],
        *,
        done: Callable[[T], Response],
        acting: Principal,
        permission: str | None = None,
    ) -> Response:
        """Return the answer to a form, or the first one if it is sent again by a double click or a reload.

        `act` must do all that it stores in one unit of work, as in a `RepeatableRoute`.

        Raises:
            ForeignForm: No page of this session contained the form.
            IdempotencyKeyInUse: The form is being processed; its page can be reloaded.
        """
        (token,) = await self.form(CSRF_FIELD)
        # with the content, so that a form that was changed before it is sent again is another one
        operation = f"form {self.request.scope['path']} {(await self.request.body()).hex()}"
        request = self.container.repeatable_requests().request(
            IdempotencyKey(token), operation=operation, payload={}
        )

        async def run() -> str:
            return dump(done(await act()))

        return load(await self.container.run_once()(request, run, acting=acting, permission=permission))

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
        """Lead to the overview, which shows what was done: a key of ``account_done.html``."""
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
