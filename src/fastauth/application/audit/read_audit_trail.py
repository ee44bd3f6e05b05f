"""Read the audit trail."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.ports import AuditTrail
from fastauth.domain.audit.trail import AuditEntry, AuditFilter
from fastauth.domain.audit.username_digest import UsernamePseudonyms

PAGE = 500
"""Entries that are read at once, and held in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAuditTrail:
    """Show what happened, the newest first: all of it, or what happened to one account.

    To an account belong the refused log-ins under its name; a name that nobody has may have such, too.
    """

    trail: AuditTrail
    users: UserRepository
    usernames: UsernameProfile
    names: UsernamePseudonyms

    async def __call__(
        self,
        *,
        username: str | None = None,
        event_type: EventType | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        at_most: int,
    ) -> AsyncIterator[list[AuditEntry]]:
        """Give the entries `since` and before `until`, a page at a time.

        Raises:
            InvalidInput: The name holds half a character.
            StorageUnavailable: Try again later.
        """
        wanted = AuditFilter(type=event_type, since=since, until=until)
        if username is not None:
            name = Username.parse_existing(username, self.usernames)
            user = await self.users.find(name)
            wanted = replace(wanted, user_id=user.id if user else None, names=self.names.possible(name))
        last, left = None, at_most
        while page := await self.trail.page(wanted, before=last, at_most=min(left, PAGE)):
            yield page
            last, left = page[-1], left - len(page)
