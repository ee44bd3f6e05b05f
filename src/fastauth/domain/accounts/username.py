"""The username, by which an account is found."""

import unicodedata
from dataclasses import dataclass
from typing import Protocol, Self

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.text import check_length, is_longer_in_nfc, normalize_nfc, reject_surrogates

MAX_CODE_POINTS = 50

_AT_SIGN = Violation("username", "not_allowed", "Must not contain @, which is kept for e-mail addresses.")


class UsernameProfile(Protocol):
    """The rules for allowed usernames and for equal ones (PRECIS, RFC 8265)."""

    def canonicalize(self, display: str) -> str:
        """Return the canonical form that all spellings of one username share. It is idempotent.

        Raises:
            InvalidInput: The username is not allowed.
        """


@dataclass(frozen=True, slots=True)
class Username:
    """A username as its owner typed it, and its canonical form, which identifies the account.

    Spellings that a person would take for the same name have the same canonical form.
    """

    display: str
    canonical: str

    @classmethod
    def parse(cls, text: str, profile: UsernameProfile) -> Self:
        """Return a username for a new account.

        Raises:
            InvalidInput: The username is empty, longer than 50 code points, or rejected by `profile`.
        """
        composed = normalize_nfc(text, field="username", maximum=MAX_CODE_POINTS)
        display = check_length(composed, field="username", minimum=1, maximum=MAX_CODE_POINTS)
        return cls(display, profile.canonicalize(display))

    def check_is_no_address(self) -> None:
        """Raise `InvalidInput` if the username has an ``@``, kept for e-mail addresses (ADR 0041)."""
        if "@" in self.canonical:
            raise InvalidInput(_AT_SIGN)

    @classmethod
    def parse_existing(cls, text: str, profile: UsernameProfile) -> Self:
        """Return a username that an existing account may have.

        A username that `profile` rejects today may be older than this service. It is compared by its
        exact text, in Normalization Form C if it is short enough to be a username that is allowed
        today. Its canonical form starts with a space, which no other canonical form does.

        Raises:
            InvalidInput: The text contains a lone surrogate.
        """
        try:
            return cls.parse(text, profile)
        except InvalidInput:
            reject_surrogates(text, field="username")
        display = text if is_longer_in_nfc(text, MAX_CODE_POINTS) else unicodedata.normalize("NFC", text)
        return cls(display, exact_key(display))


def exact_key(display: str) -> str:
    """Return the canonical form of a username that is not allowed today, from its text.

    PostgreSQL rejects a text with NUL, so U+FFFD stands for it.
    """
    return f" {display}".replace("\0", "\ufffd")
