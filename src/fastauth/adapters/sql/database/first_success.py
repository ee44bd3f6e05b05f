"""Run alternatives with staggered starts and keep the first that succeeds (as in RFC 8305)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Result = TypeVar("Result")

HEAD_START = 0.1
"""Seconds until the next attempt starts, unless the running ones fail before."""


class AllFailed(Exception, Generic[Result]):
    """No attempt has succeeded; ``errors`` has the exception of each."""

    def __init__(self, errors: Sequence[BaseException]) -> None:
        self.errors = errors
        super().__init__(f"{len(errors)} attempts failed")


async def first_success(
    attempts: Sequence[Callable[[], Awaitable[Result]]],
    *,
    discard: Callable[[Result], Awaitable[None]],
    head_start: float = HEAD_START,
) -> Result:
    """Return the result of the first attempt that succeeds.

    The other attempts are cancelled. `discard` is called with the results of those that succeeded
    nevertheless.

    Raises:
        AllFailed: No attempt has succeeded.
    """
    waiting = list(attempts)
    running: set[asyncio.Future[Result]] = set()
    errors: list[BaseException] = []
    results: list[Result] = []
    returned = 0
    try:
        while (waiting or running) and not results:
            if waiting:
                running.add(asyncio.ensure_future(waiting.pop(0)()))
            done, running = await asyncio.wait(
                running, timeout=head_start if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                if error := attempt.exception():
                    errors.append(error)
                else:
                    results.append(attempt.result())
        returned = 1
    finally:
        for attempt in running:
            attempt.cancel()
        late = await asyncio.gather(*running, return_exceptions=True)
        results += [each for each in late if not isinstance(each, BaseException)]
        for result in results[returned:]:  # all results if this call itself was cancelled
            await discard(result)
    if results:
        return results[0]
    raise AllFailed(errors)
