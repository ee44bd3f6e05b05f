"""The language of a user."""

import re

from fastauth.domain.errors import InvalidInput, Violation

_MAX_LENGTH = 35
"""Characters that an implementation should be able to store (RFC 5646, section 4.4.1)."""

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


def parse_locale(text: str) -> str:
    """Return a language tag (BCP 47) as it was sent. Whether the language is known is not checked.

    Raises:
        InvalidInput: It is not of the form of a language tag, or longer than 35 characters.
    """
    if len(text) > _MAX_LENGTH or not _LANGUAGE_TAG.fullmatch(text):
        detail = "Must be a language tag (BCP 47) such as de or pt-BR."
        raise InvalidInput(Violation("locale", "not_allowed", detail))
    return text
