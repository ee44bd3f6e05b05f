"""The rules for new passwords."""

import string
from collections.abc import Container
from dataclasses import dataclass, field

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.password import MAX_CODE_POINTS, Password
from fastauth.domain.text import check_length

SERVICE = "fastauth"
"""The name of this service, which an attacker tries first."""

_DECORATION = string.digits + string.punctuation + string.whitespace


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """The rules for a new password.

    They are a length and blocklists, without composition rules: NIST SP 800-63B-4, section 3.1.1.2.
    """

    min_length: int
    """In Unicode code points."""
    blocklist: Container[str] = field(default=frozenset(), repr=False)
    """Common passwords, case-folded."""
    reject_user_attributes: bool = False
    """Whether to reject passwords that contain the username or the full name (ASVS 6.2.11)."""
    context_words: tuple[str, ...] = ()
    """Context-specific words, such as names of the organisation and its products (ASVS 6.2.11)."""
    breached: Container[str] = field(default=frozenset(), repr=False)
    """Passwords from published breaches, in Normalization Form C."""

    def check(self, text: str, *, user_attributes: tuple[str, ...] = ()) -> Password:
        """Return a new password.

        Raises:
            InvalidInput: The password is too short, too long, common, or from a breach; or it is one
                of `user_attributes` or of the context words, surrounded by nothing but digits,
                punctuation and white space.
        """
        password = Password.parse(text)
        check_length(password.text, field="password", minimum=self.min_length, maximum=MAX_CODE_POINTS)
        folded = password.text.casefold()
        if folded in self.blocklist:
            raise InvalidInput(
                Violation("password", "breached_or_common", "Too many people use this password.")
            )
        if self.reject_user_attributes and _core(folded) in _words_of((SERVICE, *user_attributes)):
            raise InvalidInput(
                Violation("password", "contains_user_data", "Must not be built on the account's own words.")
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
    """Return the words of `texts`, each alone and all in a row, without decoration."""
    words = set()
    for text in texts:
        folded = text[:MAX_CODE_POINTS].casefold()  # a longer text is rejected elsewhere
        words |= {_core(folded), _core("".join(folded.split())), *map(_core, folded.split())}
    return words - {""}


def _core(text: str) -> str:
    return text.strip(_DECORATION)
