"""Read the audit trail."""

from dataclasses import dataclass, replace
from datetime import datetime

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import UserId
from fastauth.domain.administration.event_search import EventPlace, EventSearch
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditEntry, AuditFilter
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.list_cursor import CursorCodec, ListPage
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_AUDIT
from fastauth.domain.unix_time import from_microseconds, to_microseconds

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
"""Events in one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEventsByAdmin:
    """Read events, the newest first: all of them, or those of one account with its failed log-ins."""

    search: EventSearch
    users: UserRepository
    pseudonyms: UsernamePseudonyms
    cursors: CursorCodec

    async def __call__(  # noqa: PLR0913  the criteria of a filter
        self,
        *,
        acting: Principal,
        user_id: UserId | None = None,
        event_type: EventType | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> ListPage[AuditEntry]:
        """Return a page of at most `limit` events, from `since` on and before `until`.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:audit.read``.
            UserNotFound: No account has this id.
            InvalidInput: The cursor is not of a list with these criteria.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_AUDIT)
        wanted = AuditFilter(user_id=user_id, type=event_type, since=since, until=until)
        list_name = f"events {user_id} {event_type} {since} {until}"
        if user_id is not None:
            user = await self.users.get(user_id)
            if user is None:
                raise UserNotFound
            wanted = replace(wanted, username_digests=self.pseudonyms.candidates(user.username))
        position = self.cursors.position(list_name, after)
        place = EventPlace(from_microseconds(int(position[0])), int(position[1])) if position else None
        found = await self.search.page(wanted, before=place, limit=limit)
        following = None
        if found.next:
            microseconds = to_microseconds(found.next.occurred_at)
            following = self.cursors.encode(list_name, microseconds, found.next.id)
        return ListPage(items=found.entries, next=following)
