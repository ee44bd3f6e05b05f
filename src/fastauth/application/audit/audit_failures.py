"""Record failures of use cases in the audit trail."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from fastauth.domain.errors import FastauthError, Unavailable

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFailures(Generic[Given, Result]):
    """Call a use case, and record each `failure` that it raises.

    A failed use case stores nothing, so its event is stored afterwards in a transaction of its own.
    The failure is raised whether or not the event could be stored.
    """

    use_case: Callable[Given, Awaitable[Result]]
    failure: type[FastauthError]
    record: Callable[Given, Awaitable[None]]

    async def __call__(self, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        """Return what the use case returns, and raise what it raises."""
        try:
            return await self.use_case(*args, **kwargs)
        except self.failure:
            with suppress(Unavailable):
                await self.record(*args, **kwargs)
            raise
