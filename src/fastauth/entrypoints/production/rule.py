"""The form of a rule of production mode."""

from collections.abc import Callable
from dataclasses import dataclass

from fastauth.entrypoints.settings import Settings

Check = Callable[[Settings], str | None]
"""Returns an error of one line without any value of the settings, or ``None``."""


def no_problem(_settings: Settings) -> None:
    """Return no error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A requirement of production mode. `refused_if` and `warned_if` are for the documentation."""

    subject: str
    setting: str
    """The setting to change, or another remedy."""
    ok: str
    """The finding of the doctor if the rule is satisfied."""
    refused_if: str = ""
    warned_if: str = ""
    check: Check = no_problem
    """An error prevents the start in production mode."""
    warning: Check = no_problem
    """A warning is logged at the start in production mode."""
