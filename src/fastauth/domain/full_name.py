"""What a person is called."""

import unicodedata
from dataclasses import dataclass
from typing import Self

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.text import bounded, normalised

MOST_CODE_POINTS = 50

# Control characters, line and paragraph separators.
_REFUSED_CATEGORIES = frozenset({"Cc", "Zl", "Zp"})
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
                characters.
        """
        composed = normalised(text.strip(), field="fullname", most=MOST_CODE_POINTS)
        name = bounded(composed, field="fullname", least=1, most=MOST_CODE_POINTS)
        if any(c in _REFUSED_CHARACTERS or unicodedata.category(c) in _REFUSED_CATEGORIES for c in name):
            raise InvalidInput(
                Violation("fullname", "control_character", "Must not contain control characters.")
            )
        return cls(name)
