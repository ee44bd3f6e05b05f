"""Checks and normalization of text that clients send."""

import unicodedata

from fastauth.domain.errors import InvalidInput, Violation

MAX_DECOMPOSITION = 4
"""Code points of the longest canonical decomposition, for example that of U+1F82.

So Normalization Form C has at least a quarter of the code points of the text."""


def reject_surrogates(text: str, *, field: str) -> None:
    """Raise `InvalidInput` if `text` contains a lone surrogate (RFC 8259, section 8.2).

    It is half of a character, which cannot be encoded, stored or hashed.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            Violation(field, "invalid_unicode", "Must not contain half of a surrogate pair.")
        ) from None


def is_longer_in_nfc(text: str, maximum: int) -> bool:
    """Return whether `text` must have more than `maximum` code points in Unicode Normalization Form C.

    It is not normalized for that: in many versions of Python, normalization takes time quadratic in the
    number of combining marks (python/cpython#149079).
    """
    return len(text) > MAX_DECOMPOSITION * maximum or _marks_that_stay(text) > maximum


def normalize_nfc(text: str, *, field: str, maximum: int) -> str:
    """Return `text` in Unicode Normalization Form C.

    Raises:
        InvalidInput: `text` is too long, which is found before it is normalized, or contains a lone
            surrogate.
    """
    if is_longer_in_nfc(text, maximum):
        raise InvalidInput(_too_long(field, maximum))
    reject_surrogates(text, field=field)
    return unicodedata.normalize("NFC", text)


def check_length(text: str, *, field: str, minimum: int, maximum: int) -> str:
    """Return `text` if it has `minimum` to `maximum` code points.

    Raises:
        InvalidInput: It is shorter or longer.
    """
    if len(text) < minimum:
        if not text:
            raise InvalidInput(Violation(field, "empty", "Must not be empty."))
        raise InvalidInput(Violation(field, "too_short", f"Must have at least {minimum} characters."))
    if len(text) > maximum:
        raise InvalidInput(_too_long(field, maximum))
    return text


def _marks_that_stay(text: str) -> int:
    """Return a lower bound of the combining marks in `text` after composition.

    Of several marks in a row, the character before them composes with at most three.
    """
    if text.isascii():
        return 0
    rows = "".join("m" if unicodedata.combining(character) else " " for character in text).split()
    return sum(len(row) - (MAX_DECOMPOSITION - 1) for row in rows if len(row) >= MAX_DECOMPOSITION)


def _too_long(field: str, maximum: int) -> Violation:
    return Violation(field, "too_long", f"Must have at most {maximum} characters.")
