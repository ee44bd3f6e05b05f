"""What a rule of production is."""

from collections.abc import Callable
from dataclasses import dataclass

from fastauth.entrypoints.settings import Settings

Check = Callable[[Settings], str | None]
"""Return in one line what is wrong with the settings, without a value of any of them, or None."""


def no_problem(_settings: Settings) -> None:
    """Find nothing wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that production asks of the settings.

    `refused_if` and `warned_if` are for the table of the documentation.
    """

    subject: str
    setting: str
    """What to change."""
    ok: str
    """What is so where the rule is kept."""
    refused_if: str = ""
    warned_if: str = ""
    check: Check = no_problem
    """Why production does not start."""
    warning: Check = no_problem
    """What production starts with and an operator should know."""
