"""Reads the value of a column that says whether an e-mail address is verified."""

from datetime import datetime

from fastauth.entrypoints.import_formats.disabled_values import TRUE
from fastauth.entrypoints.import_formats.timestamps import parse_time


def says_verified(value: object, *, now: datetime) -> bool:
    """Return whether the value is a word for true, or a time that has passed."""
    text = "" if value is None else str(value).strip()[:100].casefold()
    if text in TRUE:
        return True
    moment = None if text.startswith(("0000-00-00", "0001-01-01")) else parse_time(text)
    return moment is not None and moment <= now
