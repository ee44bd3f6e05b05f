"""The name by which an account is known."""

from dataclasses import dataclass
from typing import Protocol, Self

from fastauth.domain.errors import InvalidInput
from fastauth.domain.text import MAX_DECOMPOSITION, check_length, normalize_nfc, reject_surrogates

MAX_CODE_POINTS = 50


class UsernameProfile(Protocol):
    """Decides which names are allowed, and which of them are the same name."""

    def canonicalize(self, display: str) -> str:
        """Return what all spellings of one name have in common.

        It is idempotent.

        Raises:
            InvalidInput: The name must not be used.
        """


@dataclass(frozen=True, slots=True)
class Username:
    """The name as its owner typed it, and the canonical form that decides whose it is.

    Two spellings that a person would take for one name have one canonical form.
    """

    display: str
    canonical: str

    @classmethod
    def parse(cls, text: str, profile: "UsernameProfile") -> Self:
        """Read a name that somebody wants to go by.

        Raises:
            InvalidInput: It is empty, longer than 50 code points, or refused by `profile`.
        """
        composed = normalize_nfc(text, field="username", maximum=MAX_CODE_POINTS)
        display = check_length(composed, field="username", minimum=1, maximum=MAX_CODE_POINTS)
        return cls(display, profile.canonicalize(display))

    @classmethod
    def parse_existing(cls, text: str, profile: "UsernameProfile") -> Self:
        """Read a name that somebody goes by already.

        A name that `profile` would refuse today may have been registered before fastauth was
        there: it counts as its exact text, composed unless it is too long to be any name of
        today. Its canonical form begins with a space, as no other does.

        Raises:
            InvalidInput: The text holds half a character.
        """
        try:
            return cls.parse(text, profile)
        except InvalidInput:
            reject_surrogates(text, field="username")
        display = text
        if len(text) <= MAX_DECOMPOSITION * MAX_CODE_POINTS:
            display = normalize_nfc(text, field="username", maximum=MAX_CODE_POINTS)
        return cls(display, f" {display}")
