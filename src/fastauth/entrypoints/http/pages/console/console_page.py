"""What the pages of the console have in common."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.delegation.authority import Authority
from fastauth.domain.errors import FastauthError, InvalidInput
from fastauth.domain.idempotency.errors import IdempotencyKeyInUse
from fastauth.domain.list_cursor import ListPage
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.pages.account.own_page import OwnPage
from fastauth.entrypoints.http.pages.browser import BrowserCallerDep
from fastauth.entrypoints.http.pages.console_sections import CONSOLE, Section, sections_for
from fastauth.entrypoints.http.pages.redirects import redirect
from fastauth.entrypoints.http.pages.routing import EnrolmentRequired

T = TypeVar("T")

PAGE_SIZE = 25
"""Rows of a table: few enough to read, and to load on a phone."""


@dataclass(frozen=True, slots=True)
class ConsolePage(OwnPage):
    """A request for a page of the console by a user who may see a part of it."""

    acting: Principal
    what_was_done: str
    """What was done before: a key of ``console/done.html``."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections that the user may read."""
        return sections_for(self.acting.permissions)

    @property
    def authority(self) -> Authority:
        """What the user may give and change, to show what is possible. The use cases decide."""
        return Authority(self.acting.permissions, self.acting.user_id)

    def may(self, permission: str) -> bool:
        """Return whether the user has a permission."""
        return permission in self.acting.permissions

    def query(self, *names: str) -> dict[str, str]:
        """Return parameters of the URL without white space around them; missing ones are empty."""
        return {name: self.request.query_params.get(name, "").strip() for name in names}

    async def fields(self, *names: str) -> dict[str, str]:
        """Return the fields of the form by these names; missing ones are empty. See `form`."""
        return dict(zip(names, await self.form(*names), strict=True))

    def check_may_act(self, permission: str) -> None:
        """Return if the user may change something now.

        Raises:
            NotPermitted: The user lacks the permission.
            StepUpRequired: The user has not authenticated recently, or not by all factors.
        """
        self.acting.require(permission)
        self.check_recent_authentication()

    def show(
        self,
        template: str,
        *,
        error: FastauthError | None = None,
        **values: Any,  # noqa: ANN401  what the template shows
    ) -> Response:
        """Return the page, below the navigation."""
        shown = {"section": "", "done": self.what_was_done, **values}
        # not super(): a dataclass with slots is another class than the one of the method
        return OwnPage.show(
            self, f"console/{template}", error=error, sections=self.sections, may=self.may, **shown
        )

    async def find(self, search: Awaitable[ListPage[T]]) -> tuple[ListPage[T], FastauthError | None]:
        """Return what a search found, or nothing with the error if what was searched is malformed."""
        try:
            return await search, None
        except (InvalidInput, UserNotFound) as error:
            return ListPage(), error

    async def attempt(
        self,
        act: Awaitable[T],
        *,
        done: Callable[[T], Response],
        refused: Callable[[FastauthError], Awaitable[Response]],
    ) -> Response:
        """Return the answer to an act, or the page that shows why it was refused."""
        try:
            result = await act
        except (StepUpRequired, IdempotencyKeyInUse):
            raise
        except FastauthError as error:
            return await refused(error)
        return done(result)

    async def attempt_once(
        self,
        act: Callable[[], Awaitable[T]],
        *,
        permission: str,
        done: Callable[[T], Response],
        refused: Callable[[FastauthError], Awaitable[Response]],
    ) -> Response:
        """Do the same, with the first answer for a form that is sent again: see `answer_once`."""
        return await self.attempt(
            self.answer_once(act, done=done, acting=self.acting, permission=permission),
            done=lambda answer: answer,
            refused=refused,
        )

    def lead_to(self, path: str, *, done: str) -> Response:
        """Lead to a page below ``/console``, which shows what was done: a key of ``console/done.html``."""
        return redirect(self.container, f"{CONSOLE}{path}?{urlencode({'done': done})}")


async def _console_page(
    request: Request, container: ContainerDep, browser: BrowserCallerDep, done: Annotated[str, Query()] = ""
) -> ConsolePage:
    acting = await container.load_principal()(caller=browser.caller)
    if not sections_for(acting.permissions):
        if not sections_for(acting.withheld):
            raise NotPermitted
        if not browser.caller.user.has_second_factor:
            raise EnrolmentRequired
    return ConsolePage(request, container, browser, acting, done)


ConsolePageDep = Annotated[ConsolePage, Depends(_console_page)]
