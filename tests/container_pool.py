"""Containers that are used again: to make one costs more than what most unit tests do with it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dependency_injector.providers import BaseSingleton, Object, Provider

from fastauth.entrypoints.container import Container

MAX_KEPT = 4
"""Few tests use more containers at once. Property tests make hundreds."""


class PooledContainer:
    """A container, and the objects in it that a test leaves behind."""

    def __init__(self) -> None:
        self.container = Container()
        self._made: list[BaseSingleton[Any]] = []
        every: Iterable[object] = self.container.traverse()
        for each in every:
            if isinstance(each, BaseSingleton) and each.provides:
                each.set_provides(self._recorded(each, each.provides))
        self._arguments: dict[str, Object[Any]] = {}

    def set(self, arguments: dict[str, Any]) -> None:
        """Make the container equal to ``Container(**arguments)``.

        Most tests give the same arguments other values: that is cheaper than to override the providers again.
        """
        for name in self._arguments.keys() - arguments.keys():
            self._forget(name)
        for name, value in arguments.items():
            if isinstance(value, Provider):
                self.container.providers[name].override(value)
            elif name in self._arguments:
                self._arguments[name].set_provides(value)
            else:
                self._arguments[name] = Object(value)
                self.container.providers[name].override(self._arguments[name])

    def reset(self) -> None:
        """Forget what the test itself overrode, and every object that was made for it."""
        for name, provider in self.container.providers.items():
            argument = self._arguments.get(name)
            if provider.overridden != ((argument,) if argument else ()):
                self._forget(name)
        for singleton in self._made:
            singleton.reset()
        self._made.clear()

    def _recorded(self, singleton: BaseSingleton[Any], make: Callable[..., Any]) -> Callable[..., Any]:
        """Return `make`, which also notes that `singleton` has an object: few of 300 have after a test."""

        def make_and_note(*args: object, **kwargs: object) -> object:
            made = make(*args, **kwargs)
            self._made.append(singleton)
            return made

        return make_and_note

    def _forget(self, name: str) -> None:
        self.container.providers[name].reset_override()
        self._arguments.pop(name, None)


_free: list[PooledContainer] = []
_taken: list[PooledContainer] = []


def a_container(**arguments: Any) -> Container:  # noqa: ANN401  whatever a provider gives
    """Return ``Container(**arguments)``, for the running test alone."""
    return _take(_taken, arguments)


def take_back() -> None:
    """Reset the containers of the test that is over."""
    _give_back(_taken)


@contextmanager
def containers() -> Iterator[Callable[..., Container]]:
    """Return a function like `a_container`, whose containers are reset at the end of the block."""
    taken: list[PooledContainer] = []
    try:
        yield lambda **arguments: _take(taken, arguments)
    finally:
        _give_back(taken)


def _take(taken: list[PooledContainer], arguments: dict[str, Any]) -> Container:
    pooled = _free.pop() if _free else PooledContainer()
    if len(taken) < MAX_KEPT:
        taken.append(pooled)
    pooled.set(arguments)
    return pooled.container


def _give_back(taken: list[PooledContainer]) -> None:
    for each in taken:
        each.reset()
    _free.extend(taken)
    taken.clear()
