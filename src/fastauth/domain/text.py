"""Text as it comes from outside, brought into the one form in which it is compared and kept."""

import unicodedata

from fastauth.domain.errors import InvalidInput, Violation


def normalised(text: str, *, field: str) -> str:
    """Return `text` in Unicode's Normalization Form C.

    Raises:
        InvalidInput: `text` holds a lone surrogate, which is half a character and cannot be
            stored or hashed (RFC 8259, section 8.2).
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            Violation(field, "not_unicode", "Half of a surrogate pair is not a character.")
        ) from None
    return unicodedata.normalize("NFC", text)


def bounded(text: str, *, field: str, least: int, most: int) -> str:
    """Return `text` if it has `least` to `most` code points.

    Raises:
        InvalidInput: It is shorter or longer.
    """
    if len(text) < least:
        if not text:
            raise InvalidInput(Violation(field, "empty", "Must not be empty."))
        raise InvalidInput(Violation(field, "too_short", f"Must have at least {least} characters."))
    if len(text) > most:
        raise InvalidInput(Violation(field, "too_long", f"Must have at most {most} characters."))
    return text
