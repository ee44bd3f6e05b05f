"""List entries of the outbox."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastauth.domain.administration.errors import NOT_A_PLACE
from fastauth.domain.errors import InvalidInput
from fastauth.domain.outbox.message import OutboxPlace, OutboxRecord
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_AUDIT
from fastauth.domain.sealed_cursor import SealedCursors

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPage:
    """A page of entries without their contents."""

    records: tuple[OutboxRecord, ...]
    next: str | None
    """The cursor of the next page; ``None`` after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOutboxByAdmin:
    """List entries that wait, the oldest due first, or closed ones, the last closed first."""

    queue: OutboxQueue
    cursors: SealedCursors

    async def __call__(
        self, *, acting: Principal, waiting: bool, after: str | None = None, limit: int
    ) -> OutboxPage:
        """Return a page of at most `limit` entries. `after` is the cursor of the page before.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:audit.read``.
            InvalidInput: The cursor is not of this list.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_AUDIT)
        list_name = "outbox waiting" if waiting else "outbox closed"
        place = None
        if after is not None:
            position = self.cursors.open(list_name, after)
            if position is None:
                raise InvalidInput(NOT_A_PLACE)
            place = OutboxPlace(_1970 + int(position[0]) * _MICROSECOND, str(position[1]))
        found = await self.queue.records(waiting=waiting, limit=limit + 1, after=place)
        page, following = tuple(found[:limit]), None
        if len(found) > limit:
            last = page[-1]
            at = last.done_at or last.due_at
            following = self.cursors.seal(list_name, (at - _1970) // _MICROSECOND, last.id)
        return OutboxPage(records=page, next=following)
