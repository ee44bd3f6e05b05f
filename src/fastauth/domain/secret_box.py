"""Secrets that are stored and must be readable again, unlike passwords and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fastauth.domain.errors import Unavailable


class SealedTextUnreadable(Unavailable):
    """A stored secret cannot be decrypted: another secret key or purpose sealed it, or it is damaged."""

    code = "sealed_text_unreadable"
    detail = "A stored secret cannot be decrypted."


class SecretBox(Protocol):
    """Encrypts texts for the database under the secret key.

    Each purpose has a key of its own, so a text that was sealed for one purpose cannot be put in the place
    of another.
    """

    def seal(self, text: str, *, purpose: str) -> str:
        """Return the text, encrypted under the newest secret key; each call returns another result."""

    def open(self, sealed: str, *, purpose: str) -> str:
        """Return the text.

        Raises:
            SealedTextUnreadable: No configured secret key sealed it for this purpose, or it is damaged.
        """

    def needs_resealing(self, sealed: str) -> bool:
        """Return whether `sealed` is encrypted under another secret key than the newest."""


@dataclass(frozen=True, slots=True)
class SealedValue:
    """A sealed text in a row, which `key` identifies."""

    key: object
    sealed: str = field(repr=False)


class SealedColumn(Protocol):
    """A column of the database with sealed texts."""

    name: str
    """Table and column, for messages to the operator."""
    purpose: str
    """The purpose for which the texts are sealed."""

    async def page(self, *, after: SealedValue | None, limit: int) -> Sequence[SealedValue]:
        """Return up to `limit` sealed texts in the order of their keys, those behind `after`."""

    async def replace(self, value: SealedValue, sealed: str) -> bool:
        """Store `sealed` in place of `value`; return whether the row still had `value`."""
