"""The language that a browser asks for."""

import re

MAX_LENGTH = 200
"""Characters of ``Accept-Language`` that are read. Browsers send fewer than 100."""

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*)?"
)


def choose_language(accept_language: str, *, offered: frozenset[str], default: str) -> str:
    """Return the offered language that ``Accept-Language`` prefers (RFC 9110, section 12.5.4)."""
    best, weight = default, 0.0
    for text in accept_language[:MAX_LENGTH].split(","):
        found = _RANGE.fullmatch(text)
        language = found[1].lower() if found else ""
        q = float(found[2] or 1) if found else 0.0
        if language in offered and q > weight:
            best, weight = language, q
    return best
