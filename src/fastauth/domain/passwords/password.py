"""Passwords and password hashes."""

from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from typing import Self

from fastauth.domain.errors import InvalidInput
from fastauth.domain.text import check_length, normalize_nfc

MAX_CODE_POINTS = 256
"""NIST SP 800-63B-4 requires at least 64. The limit bounds memory and is easy to state."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password in clear text. It is kept no longer than the request.

    It is used as it was sent, in Unicode Normalization Form C: never trimmed, truncated or folded.
    """

    text: str = field(repr=False)
    raw: str | None = field(default=None, repr=False, compare=False)
    """The text as sent, if it is not in Normalization Form C. Other systems may have hashed that text."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The text as sent and in Normalization Form C, without duplicates."""
        return (self.text,) if self.raw is None else (self.raw, self.text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the password.

        Raises:
            InvalidInput: It is empty or longer than 256 code points.
        """
        composed = normalize_nfc(text, field="password", maximum=MAX_CODE_POINTS)
        check_length(composed, field="password", minimum=1, maximum=MAX_CODE_POINTS)
        return cls(composed, None if composed == text else text)

    @classmethod
    def for_verification(cls, text: str) -> tuple[Self, bool]:
        """Return a password to verify, and whether any account can have it.

        No account can have an empty or a too long one. It is hashed all the same, so that it is
        counted and takes as long as any wrong password.
        """
        try:
            return cls.parse(text), True
        except InvalidInput:
            return cls(""), False


_UNUSABLE = "!"
"""No format of a hash begins with it. ``/etc/shadow`` and Django mark accounts without a password so."""


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A stored password hash: a string in the format of its algorithm, with its parameters."""

    encoded: str = field(repr=False)

    @classmethod
    def unusable(cls) -> Self:
        """Return what is stored for an account without a password. No password matches it.

        It is random, so that `digest` and `compare_and_set` distinguish it from an earlier one.
        """
        return cls(_UNUSABLE + token_hex())

    @property
    def is_usable(self) -> bool:
        """Whether it is of a password; a row of an adopted table may be empty."""
        return bool(self.encoded) and not self.encoded.startswith(_UNUSABLE)

    def digest(self) -> str:
        """Return a digest, to find out later whether the stored hash is still the same."""
        return sha256(self.encoded.encode()).hexdigest()
