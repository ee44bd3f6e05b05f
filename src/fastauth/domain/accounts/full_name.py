"""What a person is called."""

import unicodedata
from dataclasses import dataclass
from typing import Self

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.text import check_length, normalize_nfc

MAX_CODE_POINTS = 50

# Control characters, line and paragraph separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Zl", "Zp"})
# What is seen: letters, numbers, punctuation and symbols, but for those that are blank. Marks, spaces,
# format characters and private ones are not.
_SEEN_CATEGORIES = frozenset("LNPS")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")
# Embeddings, overrides and isolates: they reorder the text around them (UAX #9, section 2).
_REFUSED_CHARACTERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class FullName:
    """A person's name as it is shown. Nothing is decided by it."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name, without the white space around it.

        Raises:
            InvalidInput: Nothing is left, it is longer than 50 code points, or it holds control
                characters, or nothing that is seen.
        """
        composed = normalize_nfc(text.strip(), field="fullname", maximum=MAX_CODE_POINTS)
        name = check_length(composed, field="fullname", minimum=1, maximum=MAX_CODE_POINTS)
        if any(c in _REFUSED_CHARACTERS or unicodedata.category(c) in _REFUSED_CATEGORIES for c in name):
            raise InvalidInput(
                Violation("fullname", "control_character", "Must not contain control characters.")
            )
        if not any(unicodedata.category(c)[0] in _SEEN_CATEGORIES and c not in _BLANK for c in name):
            raise InvalidInput(
                Violation("fullname", "invisible", "Must have at least one character that is seen.")
            )
        return cls(name)
