"""Record what use cases refuse."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from fastauth.domain.errors import FastauthError, Unavailable

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFailures(Generic[Given, Result]):
    """Do what a use case does, and record it when it refuses.

    A failure changes nothing, so there is no transaction for its event to be written in: it is
    written afterwards. Whoever is refused is refused, whether or not that can be recorded.
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
