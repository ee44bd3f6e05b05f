"""Encrypt all stored secrets under the newest secret key."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from fastauth.domain.secret_box import SealedColumn, SealedTextUnreadable, SealedValue, SecretBox

BATCH_SIZE = 500
"""Rows that one statement reads."""


@dataclass(frozen=True, slots=True)
class ResealedColumn:
    """What was done in one column."""

    name: str
    resealed: int
    unreadable: int
    """Texts that no configured secret key opens; they were left as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealColumns:
    """Seal every text again that an older secret key sealed, so that the older key can be removed.

    It may run while the service serves, several times, and in several processes at once: a row is only
    written if it still has the text that was read.
    """

    columns: Sequence[SealedColumn]
    secret_box: SecretBox

    async def __call__(self) -> list[ResealedColumn]:
        """Return what was done, by column.

        Raises:
            StorageUnavailable: Some rows may have been resealed. Try again later.
        """
        return [await self._reseal(column) for column in self.columns]

    async def _reseal(self, column: SealedColumn) -> ResealedColumn:
        resealed = unreadable = 0
        async for value in _values(column):
            if not self.secret_box.needs_resealing(value.sealed):
                continue
            try:
                text = self.secret_box.open(value.sealed, purpose=column.purpose)
            except SealedTextUnreadable:
                unreadable += 1
                continue
            resealed += await column.replace(value, self.secret_box.seal(text, purpose=column.purpose))
        return ResealedColumn(column.name, resealed, unreadable)


async def _values(column: SealedColumn) -> AsyncIterator[SealedValue]:
    after: SealedValue | None = None
    while page := await column.page(after=after, limit=BATCH_SIZE):
        for value in page:
            yield value
        after = page[-1]
