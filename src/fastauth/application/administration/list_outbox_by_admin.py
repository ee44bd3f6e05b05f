"""List entries of the outbox."""

from dataclasses import dataclass

from fastauth.domain.list_cursor import CursorCodec, ListPage
from fastauth.domain.outbox.message import OutboxPlace, OutboxRecord
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_AUDIT
from fastauth.domain.unix_time import from_microseconds, to_microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOutboxByAdmin:
    """List entries that wait, the oldest due first, or closed ones, the last closed first."""

    queue: OutboxQueue
    cursors: CursorCodec

    async def __call__(
        self, *, acting: Principal, waiting: bool, after: str | None = None, limit: int
    ) -> ListPage[OutboxRecord]:
        """Return a page of at most `limit` entries. `after` is the cursor of the page before.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:audit.read``.
            InvalidInput: The cursor is not of this list.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_AUDIT)
        list_name = "outbox waiting" if waiting else "outbox closed"
        position = self.cursors.position(list_name, after)
        place = OutboxPlace(from_microseconds(int(position[0])), str(position[1])) if position else None
        found = await self.queue.records(waiting=waiting, limit=limit + 1, after=place)
        return self.cursors.page(list_name, found, limit=limit, position=_position)


def _position(record: OutboxRecord) -> tuple[int, str]:
    return to_microseconds(record.done_at or record.due_at), record.id
