"""Ports whose calls fail on demand."""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Injector:
    """Selects the n-th call of a run, or of each step in it, to fail: either before or after the call."""

    def __init__(self, *, in_each_step: bool = False) -> None:
        self.after = False
        """Whether calls fail after they were done."""
        self._in_each_step = in_each_step
        self.arm(0)

    def arm(self, nth: int) -> None:
        """Select call number `nth`, counted from now; 0 selects none."""
        self._nth = self._left = nth
        self.failed_calls: list[str] = []
        self.code = ""
        """The error code that the client should receive."""

    def begin_step(self) -> None:
        """Count from now on, if a call of each step fails."""
        if self._in_each_step:
            self._left = self._nth

    def fails(self, call: str, code: str, *, after: bool) -> bool:
        """Return whether this call fails at this moment."""
        if after != self.after:
            return False
        self._left -= 1
        if self._left:
            return False
        self.failed_calls.append(call)
        self.code = code
        return True


class FaultyPort:
    """Wraps a port: any call may raise `error`, before the call or after it.

    Attributes that are not callable are wrapped too, and so is the unit of work of a transaction.
    """

    def __init__(self, port: object, injector: Injector, *, error: type[Exception]) -> None:
        self._port = port
        self._injector = injector
        self._error = error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the type of the attribute
        call = getattr(self._port, name)
        call_name = f"{type(self._port).__name__}.{name}"
        if not callable(call):
            return FaultyPort(call, self._injector, error=self._error)

        def may_fail(*, after: bool) -> None:
            if self._injector.fails(call_name, getattr(self._error, "code", "internal_error"), after=after):
                raise self._error

        @asynccontextmanager
        async def transaction(*arguments: object, **named: object) -> AsyncIterator[object]:
            may_fail(after=False)
            async with call(*arguments, **named) as begun:
                yield FaultyPort(begun, self._injector, error=self._error)

        async def call_async(*arguments: object, **named: object) -> object:
            may_fail(after=False)
            result = await call(*arguments, **named)
            may_fail(after=True)
            return result

        def call_sync(*arguments: object, **named: object) -> object:
            may_fail(after=False)
            result = call(*arguments, **named)
            may_fail(after=True)
            return result

        if name == "begin":
            return transaction
        return call_async if inspect.iscoroutinefunction(call) else call_sync
