"""Passwords: as they are chosen, what is asked of them, and what is kept of them."""

from dataclasses import dataclass, field
from typing import Self

from fastauth.domain.errors import InvalidInput
from fastauth.domain.text import check_length, normalize_nfc

MAX_CODE_POINTS = 256
"""NIST SP 800-63B-4 asks for 64 or more; the bound is there for memory and clarity."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password in the clear. It lives as long as the request that brought it.

    It is taken as it was sent but for Unicode's Normalization Form C: never trimmed, cut or folded.
    """

    text: str = field(repr=False)
    raw: str | None = field(default=None, repr=False, compare=False)
    """As it was sent, where that is not in Normalization Form C. Others may have hashed that."""

    @property
    def forms(self) -> tuple[str, ...]:
        """As it was sent and in Normalization Form C, each once."""
        return (self.text,) if self.raw is None else (self.raw, self.text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a password that somebody sent.

        Raises:
            InvalidInput: It is empty or longer than 256 code points.
        """
        composed = normalize_nfc(text, field="password", maximum=MAX_CODE_POINTS)
        check_length(composed, field="password", minimum=1, maximum=MAX_CODE_POINTS)
        return cls(composed, None if composed == text else text)

    @classmethod
    def for_verification(cls, text: str) -> tuple[Self, bool]:
        """Return a password to verify, and whether it can be anybody's.

        One that is empty or too long cannot. It costs a hash all the same, so that it is counted
        and takes as long as every wrong password.
        """
        try:
            return cls.parse(text), True
        except InvalidInput:
            return cls(""), False


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """What is kept of a password: a string in the hash's own format, its parameters included."""

    encoded: str = field(repr=False)
