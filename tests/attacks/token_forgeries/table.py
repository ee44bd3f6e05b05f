"""The table of forgeries."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from tests.attacks.token_forgeries.forger import Forger


class Forgery(NamedTuple):
    """How to make a token that must be refused."""

    make: Callable[[Forger], str]
    elsewhere: bool
    """Whether other services must refuse it too. They do not read sessions and users, and may
    ignore what changes nothing, such as a claim in an unusual form under a valid signature."""


class Forgeries(dict[str, Forgery]):
    """Forgeries by name."""

    def add(self, name: str, make: Callable[[Forger], str], *, elsewhere: bool = True) -> None:
        assert name not in self
        self[name] = Forgery(make, elsewhere)

    def add_each(
        self,
        label: str,
        table: Mapping[str, object],
        make: Callable[[Forger, Any], str],
        *,
        elsewhere: bool = True,
        named: bool = False,
    ) -> None:
        """Add a forgery for each entry of a table. With `named`, pass the name of the entry to `make` too."""
        for name, value in table.items():
            argument = (name, value) if named else value
            self.add(label.format(name), partial(_make, make, argument), elsewhere=elsewhere)


def _make(make: Callable[[Forger, Any], str], argument: object, f: Forger) -> str:
    return make(f, argument)


def by_name(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}
