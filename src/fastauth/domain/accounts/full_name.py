"""The name of a person, for display."""

import unicodedata
from dataclasses import dataclass
from typing import Self

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.text import check_length, normalize_nfc

MAX_CODE_POINTS = 50

_REJECTED_CATEGORIES = frozenset({"Cc", "Zl", "Zp"})
"""Control characters, line separators and paragraph separators."""

_REJECTED_CHARACTERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates, which reorder the text around them (UAX #9, section 2)."""

_VISIBLE_CATEGORIES = frozenset("LNPS")
"""Letters, numbers, punctuation and symbols; not marks, spaces, format and private-use characters."""

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
"""Characters of visible categories that are rendered as blank."""


@dataclass(frozen=True, slots=True)
class FullName:
    """A person's name as it is displayed. No decision depends on it."""

    text: str

    @classmethod
    def parse(cls, text: str, *, field: str = "fullname") -> Self:
        """Return the name without leading and trailing white space. Violations are of `field`.

        Raises:
            InvalidInput: The name is empty, longer than 50 code points, contains a control
                character, or has no visible character.
        """
        composed = normalize_nfc(text.strip(), field=field, maximum=MAX_CODE_POINTS)
        name = check_length(composed, field=field, minimum=1, maximum=MAX_CODE_POINTS)
        if any(c in _REJECTED_CHARACTERS or unicodedata.category(c) in _REJECTED_CATEGORIES for c in name):
            raise InvalidInput(Violation(field, "control_character", "Must not contain control characters."))
        if not any(unicodedata.category(c)[0] in _VISIBLE_CATEGORIES and c not in _BLANK for c in name):
            raise InvalidInput(Violation(field, "invisible", "Must have at least one visible character."))
        return cls(name)
