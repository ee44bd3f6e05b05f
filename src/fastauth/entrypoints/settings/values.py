"""Parsers and validators of settings, for both modes.

Each function returns the parsed value or raises `ValueError`. The message states the rule and never shows
the value.
"""

from importlib.util import find_spec
from pathlib import Path
from unicodedata import normalize

from fastauth.adapters.passwords import BreachedPasswords


def plain(value: object, *, is_secret: bool = False) -> object:
    """Strip white space from both ends of a text, and refuse control characters and lone surrogates."""
    if not isinstance(value, str):
        return value
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must be UTF-8")
    value = value.strip()
    if not is_secret and any(character < " " or character == "\x7f" for character in value):
        raise ValueError("must not contain control characters or line breaks")
    return value


def tracing(value: str) -> str:
    """Refuse tracing if its packages are not installed."""
    if value != "off" and not find_spec("opentelemetry.exporter"):
        raise ValueError("needs packages that are not installed: pip install 'fastauth[tracing]'")
    return value


def words(value: object) -> tuple[str, ...]:
    """Parse words that are separated by commas."""
    given = value if isinstance(value, tuple) else str(value).split(",")
    return tuple(word for each in given if (word := normalize("NFC", str(each)).strip()))


def breach_file(value: object) -> Path | None:
    """Open the file once: the start is refused if no password could be looked up in it."""
    if not value:  # compose files pass an unset variable as an empty string
        return None
    BreachedPasswords(path := Path(str(value)))
    return path
