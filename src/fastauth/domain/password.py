"""Passwords: as they are chosen, what is asked of them, and what is kept of them."""

import string
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Self

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.text import bounded, normalised

MOST_CODE_POINTS = 256
"""NIST SP 800-63B-4 asks for 64 or more; the bound is there for memory and clarity."""

SERVICE = "fastauth"
"""The name of this service: nobody's own word, and tried first by who knows where they log in."""

_DECORATION = string.digits + string.punctuation + string.whitespace


@dataclass(frozen=True, slots=True)
class Password:
    """A password in the clear. It lives as long as the request that brought it.

    It is taken as it was sent but for Unicode's Normalization Form C: never trimmed, cut or folded.
    """

    text: str = field(repr=False)
    typed: str | None = field(default=None, repr=False, compare=False)
    """As it was sent, where that is not in Normalization Form C. Others may have hashed that."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """As it was sent and in Normalization Form C, each once."""
        return (self.text,) if self.typed is None else (self.typed, self.text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a password that somebody sent.

        Raises:
            InvalidInput: It is empty or longer than 256 code points.
        """
        composed = normalised(text, field="password", most=MOST_CODE_POINTS)
        bounded(composed, field="password", least=1, most=MOST_CODE_POINTS)
        return cls(composed, None if composed == text else text)

    @classmethod
    def guess(cls, text: str) -> tuple[Self, bool]:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """What a new password has to satisfy.

    Length and a blocklist, and no rules of composition: NIST SP 800-63B-4, section 3.1.1.2.
    """

    min_length: int
    """In Unicode code points."""
    common: Container[str] = field(default=frozenset(), repr=False)
    """Passwords that many people choose, case-folded."""
    refuse_own_words: bool = False
    """Whether a password may be built on the account's own words."""
    context_words: tuple[str, ...] = ()
    """Words that an attacker of this installation tries first: of the organisation or its products."""
    breached: Container[str] = field(default=frozenset(), repr=False)
    """Passwords found in published breaches, in Normalization Form C."""

    def choose(self, text: str, *, own_words: tuple[str, ...] = ()) -> Password:
        """Read a password that somebody wants to use from now on.

        Raises:
            InvalidInput: It is too short or too long, many people use it, it was found in a breach,
                or it is one of `own_words` or of the context words with nothing but digits and
                punctuation around it.
        """
        password = Password.parse(text)
        bounded(password.text, field="password", least=self.min_length, most=MOST_CODE_POINTS)
        folded = password.text.casefold()
        if folded in self.common:
            raise InvalidInput(Violation("password", "too_common", "Too many people use this password."))
        if self.refuse_own_words and _core(folded) in _words_of((SERVICE, *own_words)):
            raise InvalidInput(
                Violation("password", "too_personal", "Must not be built on the account's own words.")
            )
        if _core(folded) in _words_of(self.context_words):
            raise InvalidInput(
                Violation("password", "too_guessable", "Must not be built on a word of the organisation.")
            )
        if password.text in self.breached:
            raise InvalidInput(
                Violation("password", "breached", "This password was found in a published breach.")
            )
        return password


def _words_of(texts: tuple[str, ...]) -> set[str]:
    """Return the words somebody who knows the account would try first."""
    words = set()
    for text in texts:
        folded = text[:MOST_CODE_POINTS].casefold()  # a longer text is refused, whatever its words
        words |= {_core(folded), _core("".join(folded.split())), *map(_core, folded.split())}
    return words - {""}


def _core(text: str) -> str:
    return text.strip(_DECORATION)
