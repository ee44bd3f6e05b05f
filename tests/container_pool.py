"""Containers that are used again: to make one costs more than what most unit tests do with it."""

from collections.abc import Iterable
from typing import Any

from dependency_injector.providers import BaseSingleton

from fastauth.entrypoints.container import Container

MAX_KEPT = 4
"""Few tests use more containers at once. Property tests make hundreds."""


class PooledContainer:
    """A container, and the objects in it that a test leaves behind."""

    def __init__(self) -> None:
        self.container = Container()
        every: Iterable[object] = self.container.traverse()
        self._singletons = [each for each in every if isinstance(each, BaseSingleton)]

    def reset(self) -> None:
        """Make the container as good as new: no argument and no object of the last test is left."""
        for provider in self.container.providers.values():
            if provider.overridden:
                provider.reset_override()
        for singleton in self._singletons:
            singleton.reset()


_free: list[PooledContainer] = []
_taken: list[PooledContainer] = []


def a_container(**arguments: Any) -> Container:  # noqa: ANN401  whatever a provider gives
    """Return ``Container(**arguments)``, for the running test alone."""
    pooled = _free.pop() if _free else PooledContainer()
    if len(_taken) < MAX_KEPT:
        _taken.append(pooled)
    pooled.container.override_providers(**arguments)
    return pooled.container


def take_back() -> None:
    """Reset the containers of the test that is over."""
    for each in _taken:
        each.reset()
    _free.extend(_taken)
    _taken.clear()
