"""Fakes refuse ``None`` where the port does not take it, as a column with NOT NULL does."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_args


def refuse_null(fake: type) -> None:
    """Make every coroutine method of a fake check its arguments."""
    for name, method in list(vars(fake).items()):
        if inspect.iscoroutinefunction(method):
            setattr(fake, name, _checked(method))


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    parameters = list(inspect.signature(method).parameters.values())
    places = {each.name: place for place, each in enumerate(parameters)}
    nullable = {each.name for each in parameters if type(None) in get_args(each.annotation)}

    @wraps(method)
    async def checked(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  those of the method
        if None in args or None in kwargs.values():
            null = {name for name, place in places.items() if place < len(args) and args[place] is None}
            null |= {name for name, value in kwargs.items() if value is None}
            assert null <= nullable, f"{method.__qualname__}: None for {', '.join(sorted(null - nullable))}"
        return await method(*args, **kwargs)

    return checked
