"""What a rule of production is."""

from collections.abc import Callable
from dataclasses import dataclass

from fastauth.entrypoints.settings import Settings

Judgement = Callable[[Settings], str | None]
"""Return in one line what is wrong with the settings, without a value of any of them, or None."""


def nothing(_settings: Settings) -> None:
    """Find nothing wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that production asks of the settings.

    `refused` and `warned` are for the table of the documentation.
    """

    subject: str
    setting: str
    """What to change."""
    kept: str
    """What is so where the rule is kept."""
    refused: str = ""
    warned: str = ""
    refusal: Judgement = nothing
    """Why production does not start."""
    warning: Judgement = nothing
    """What production starts with and an operator should know."""
