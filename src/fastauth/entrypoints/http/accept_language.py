"""The header ``Accept-Language`` (RFC 9110, section 12.5.4)."""

import re
from collections.abc import Iterator

from fastauth.domain.accounts.locale import parse_locale
from fastauth.domain.errors import InvalidInput

_WEIGHT = re.compile(r"q=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)", re.ASCII)
_MAX_RANGES = 32
"""Ranges that are read; browsers send at most a dozen."""


def preferred_language(header: str) -> str | None:
    """Return the language tag with the greatest weight, the first of several; ``None`` without one.

    ``*`` and whatever is malformed do not count.
    """
    tag, _ = max(_ranges(header), key=lambda each: each[1], default=(None, 0.0))
    return tag


def choose_language(header: str, *, offered: frozenset[str], default: str) -> str:
    """Return the primary language that has the greatest weight among those that are `offered`."""
    languages = [(tag.partition("-")[0].lower(), weight) for tag, weight in _ranges(header)]
    known = [each for each in languages if each[0] in offered]
    return max(known, key=lambda each: each[1], default=(default, 0.0))[0]


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """Yield the well-formed tags with weights above 0, in the order of the header."""
    for each in header.split(",", _MAX_RANGES)[:_MAX_RANGES]:
        tag, separator, parameter = (part.strip() for part in each.partition(";"))
        weight = _WEIGHT.fullmatch(parameter) if separator else None
        value = float(weight[1]) if weight else 0.0 if separator else 1.0
        if value and (language := _language(tag)):
            yield language, value


def _language(tag: str) -> str | None:
    try:
        return parse_locale(tag)
    except InvalidInput:
        return None
