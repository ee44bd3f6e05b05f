"""The header ``Accept-Language`` (RFC 9110, section 12.5.4)."""

import re

from fastauth.domain.accounts.locale import parse_locale
from fastauth.domain.errors import InvalidInput

_WEIGHT = re.compile(r"q=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)", re.ASCII)
_MAX_RANGES = 32
"""Ranges that are read; browsers send at most a dozen."""


def preferred_language(header: str) -> str | None:
    """Return the language tag with the greatest weight, the first of several; ``None`` without one.

    ``*`` and whatever is malformed do not count.
    """
    preferred, greatest = None, 0.0
    for each in header.split(",", _MAX_RANGES)[:_MAX_RANGES]:
        tag, separator, parameter = (part.strip() for part in each.partition(";"))
        weight = _WEIGHT.fullmatch(parameter) if separator else None
        if separator and not weight:
            continue
        value = float(weight[1]) if weight else 1.0
        if value > greatest and (language := _language(tag)):
            preferred, greatest = language, value
    return preferred


def _language(tag: str) -> str | None:
    try:
        return parse_locale(tag)
    except InvalidInput:
        return None
