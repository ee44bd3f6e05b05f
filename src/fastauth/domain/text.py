"""Text as it comes from outside, brought into the one form in which it is compared and kept."""

import unicodedata

from fastauth.domain.errors import InvalidInput, Violation

LONGEST_DECOMPOSITION = 4
"""Code points of the longest canonical decomposition, that of U+1F82 for example.

So Normalization Form C has at least a quarter of the code points of the text."""


def refuse_surrogates(text: str, *, field: str) -> None:
    """Raise `InvalidInput` if `text` holds a lone surrogate.

    That is half a character and cannot be stored or hashed (RFC 8259, section 8.2).
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            Violation(field, "invalid_unicode", "Half of a surrogate pair is not a character.")
        ) from None


def normalize_nfc(text: str, *, field: str, most: int) -> str:
    """Return `text` in Unicode's Normalization Form C.

    A text too long to have `most` code points in that form is refused before anything else: many
    versions of Python take a time to normalise that is quadratic in the number of combining marks
    (python/cpython#149079).

    Raises:
        InvalidInput: `text` is too long, or holds a lone surrogate.
    """
    if len(text) > LONGEST_DECOMPOSITION * most or _marks_that_stay(text) > most:
        raise InvalidInput(_too_long(field, most))
    refuse_surrogates(text, field=field)
    return unicodedata.normalize("NFC", text)


def check_length(text: str, *, field: str, least: int, most: int) -> str:
    """Return `text` if it has `least` to `most` code points.

    Raises:
        InvalidInput: It is shorter or longer.
    """
    if len(text) < least:
        if not text:
            raise InvalidInput(Violation(field, "empty", "Must not be empty."))
        raise InvalidInput(Violation(field, "too_short", f"Must have at least {least} characters."))
    if len(text) > most:
        raise InvalidInput(_too_long(field, most))
    return text


def _marks_that_stay(text: str) -> int:
    """Return how many combining marks `text` has at least once it is composed.

    Of those in a row, the character before them takes in as many as a decomposition has at most.
    """
    if text.isascii():
        return 0
    rows = "".join("m" if unicodedata.combining(character) else " " for character in text).split()
    return sum(len(row) - (LONGEST_DECOMPOSITION - 1) for row in rows if len(row) >= LONGEST_DECOMPOSITION)


def _too_long(field: str, most: int) -> Violation:
    return Violation(field, "too_long", f"Must have at most {most} characters.")
