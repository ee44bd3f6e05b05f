"""The audit trail in memory."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.trail import AuditEntry, AuditFilter

ABOUT_NO_ACCOUNT = {
    *(each for each in EventType if each.startswith(("client_", "webhook_", "signing_key_"))),
    EventType.INVITATION_CREATED,
    EventType.INVITATION_WITHDRAWN,
    EventType.LOGIN_FAILED,
    EventType.ROLE_CHANGED,
}
"""Events that name no account, or none yet. All others do."""


class FakeEventLog:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def record(self, event: Event) -> None:
        assert event.occurred_at.tzinfo
        assert event.user_id is not None or event.type in ABOUT_NO_ACCOUNT, event
        self.storage.record(event)

    async def record_unless_recent(self, event: Event, *, within: timedelta, or_type: EventType) -> None:
        session = event.session_id and self.storage.sessions.get(event.session_id)
        already = any(
            other.session_id == event.session_id
            and other.type in {event.type, or_type}
            and other.occurred_at > event.occurred_at - within
            for other in self.storage.events
        )
        if session and not already:
            self.storage.record(replace(event, user_id=session.user_id))


class FakeAuditTrail:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def page(self, criteria: AuditFilter, *, before: AuditEntry | None, limit: int) -> list[AuditEntry]:
        found = [
            replace(entry, username=self._name_of(entry.event.user_id))
            for entry in self.storage.entries
            if self._is_wanted(entry.event, criteria) and (before is None or _order(entry) < _order(before))
        ]
        return sorted(found, key=_order, reverse=True)[:limit]

    def _name_of(self, user_id: UserId | None) -> str | None:
        user = self.storage.users.get(user_id) if user_id else None
        return user.username.display if user else None

    @staticmethod
    def _is_wanted(event: Event, criteria: AuditFilter) -> bool:
        any_account = criteria.user_id is None and not criteria.username_digests
        theirs = event.user_id is not None and event.user_id == criteria.user_id
        return (
            (any_account or theirs or event.username_digest in criteria.username_digests)
            and criteria.type in {None, event.type}
            and (criteria.since is None or event.occurred_at >= criteria.since)
            and (criteria.until is None or event.occurred_at < criteria.until)
        )


def _order(entry: AuditEntry) -> tuple[datetime, int]:
    return entry.event.occurred_at, entry.id
