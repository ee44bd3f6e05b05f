"""Acts on one thing that the console shows: a page that says what an act means, and the form that does it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.console.console_page import ConsolePage

UseCase = Callable[..., Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What the button of an act does."""

    use_case: Callable[[Container], UseCase] | None = None
    """Its arguments are `acting` and the id of the thing. ``None``: a route of its own does the act."""
    asks: bool = False
    """Whether a page says first what the act means: it cannot be undone, or a person gets it at once."""
    ends: bool = False
    """Whether the thing is gone afterwards, so that the list is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """The acts on the things of one section."""

    section: str
    permission: str
    """What each act needs."""
    parameter: str
    """The name of the id in the use cases."""
    template: str
    """The page of confirmation. It gets `act`, and the values of `describe`."""
    acts: Mapping[str, Act]
    describe: Callable[[ConsolePage, Any], Awaitable[Mapping[str, Any]]]
    """Returns what `template` shows of a thing; raises an error if there is no such thing."""
    refused: Callable[[ConsolePage, Any, FastauthError], Awaitable[Response]]
    """Returns the page that shows why an act was refused."""

    async def ask(self, page: ConsolePage, thing: object, name: str) -> Response:
        """Return what an act means, and a button."""
        if not self._act(name).asks:
            raise HTTPException(404)
        page.check_may_act(self.permission)
        return page.show(self.template, section=self.section, act=name, **await self.describe(page, thing))

    async def do(self, page: ConsolePage, thing: object, name: str) -> Response:
        """Do it, and lead back to the thing or to the list."""
        await page.form()
        act = self._act(name)
        if act.use_case is None:
            raise HTTPException(404)
        page.check_may_act(self.permission)
        path = f"/{self.section}" if act.ends else f"/{self.section}/{thing}"
        return await page.attempt(
            act.use_case(page.container)(acting=page.acting, **{self.parameter: thing}),
            done=lambda _: page.lead_to(path, done=f"{self.section}.{name}"),
            refused=lambda error: self.refused(page, thing, error),
        )

    def _act(self, name: str) -> Act:
        if name not in self.acts:
            raise HTTPException(404)
        return self.acts[name]
