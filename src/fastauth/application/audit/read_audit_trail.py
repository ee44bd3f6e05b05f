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

PAGE_SIZE = 500
"""Entries in one page, all of which are in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAuditTrail:
    """Read events, the newest first: all of them, or those of one account.

    The events of an account include failed log-ins with its username. A username without an account
    may have failed log-ins too.
    """

    trail: AuditTrail
    users: UserRepository
    username_profile: UsernameProfile
    pseudonyms: UsernamePseudonyms

    async def __call__(
        self,
        *,
        username: str | None = None,
        event_type: EventType | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
    ) -> AsyncIterator[list[AuditEntry]]:
        """Yield pages of at most `limit` entries in all, from `since` on and before `until`.

        Raises:
            InvalidInput: The username contains a lone surrogate.
            StorageUnavailable: Try again later.
        """
        criteria = AuditFilter(type=event_type, since=since, until=until)
        if username is not None:
            name = Username.parse_existing(username, self.username_profile)
            user = await self.users.find(name)
            criteria = replace(
                criteria, user_id=user.id if user else None, username_digests=self.pseudonyms.candidates(name)
            )
        last, left = None, limit
        while page := await self.trail.page(criteria, before=last, limit=min(left, PAGE_SIZE)):
            yield page
            last, left = page[-1], left - len(page)
