"""The calls of a use case to its ports."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

UseCase = TypeVar("UseCase")


class PortCalls:
    """Forwards each call to a port, and keeps its name and arguments."""

    def __init__(self, port: object) -> None:
        self._port = port
        self.made: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._port, name)

        async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  as the port
            self.made.append((name, args, kwargs))
            return await method(*args, **kwargs)

        return call


def with_calls(use_case: UseCase, port: str) -> tuple[UseCase, PortCalls]:
    """Return the use case over a port that keeps its calls, and the calls."""
    calls = PortCalls(getattr(use_case, port))
    return replace(use_case, **{port: calls}), calls  # type: ignore[type-var]  # each use case is a dataclass
