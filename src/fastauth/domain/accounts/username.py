"""The name by which an account is known."""

from dataclasses import dataclass
from typing import Protocol, Self

from fastauth.domain.errors import InvalidInput
from fastauth.domain.text import LONGEST_DECOMPOSITION, check_length, normalize_nfc, refuse_surrogates

MOST_CODE_POINTS = 50


class UsernameProfile(Protocol):
    """Decides which names are allowed, and which of them are the same name."""

    def key(self, spelling: str) -> str:
        """Return what all spellings of one name have in common.

        The key of a key is that key.

        Raises:
            InvalidInput: The name must not be used.
        """


@dataclass(frozen=True, slots=True)
class Username:
    """A name in the spelling that its owner chose, and the key that decides whose it is.

    Two spellings that a person would take for one name have one key.
    """

    spelling: str
    key: str

    @classmethod
    def parse(cls, text: str, profile: "UsernameProfile") -> Self:
        """Read a name that somebody wants to go by.

        Raises:
            InvalidInput: It is empty, longer than 50 code points, or refused by `profile`.
        """
        composed = normalize_nfc(text, field="username", most=MOST_CODE_POINTS)
        spelling = check_length(composed, field="username", least=1, most=MOST_CODE_POINTS)
        return cls(spelling, profile.key(spelling))

    @classmethod
    def parse_existing(cls, text: str, profile: "UsernameProfile") -> Self:
        """Read a name that somebody goes by already.

        A name that `profile` would refuse today may have been registered before fastauth was
        there: it counts as its exact spelling, composed unless it is too long to be any name of
        today. Its key begins with a space, as no other does.

        Raises:
            InvalidInput: The text holds half a character.
        """
        try:
            return cls.parse(text, profile)
        except InvalidInput:
            refuse_surrogates(text, field="username")
        spelling = text
        if len(text) <= LONGEST_DECOMPOSITION * MOST_CODE_POINTS:
            spelling = normalize_nfc(text, field="username", most=MOST_CODE_POINTS)
        return cls(spelling, f" {spelling}")
