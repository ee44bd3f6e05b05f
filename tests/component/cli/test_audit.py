"""What ``fastauth audit`` shows of one entry."""

from datetime import UTC, datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Actor, Event, EventSource, EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.entrypoints.cli.audit import as_json, source_text

EVENT = Event(type=EventType.USER_DISABLED, occurred_at=datetime(2026, 11, 26, tzinfo=UTC), user_id=UserId(7))


class TestSource:
    def test_names_the_account_and_the_client_that_acted(self) -> None:
        for source, text in (
            (None, ""),
            (EventSource(Actor.OPERATOR), "operator"),
            (EventSource(Actor.CLIENT, "192.0.2.1", actor_id=UserId(3)), "client, account 3"),
            (EventSource(Actor.CLIENT, "192.0.2.1", client_id="fa_c_x"), "client, fa_c_x"),
        ):
            assert source_text(source) == text
            line = as_json(AuditEntry(id=1, event=EVENT, source=source, username=None))
            assert line["actor_id"] == (source.actor_id if source else None)
            assert line["client_id"] == (source.client_id if source else None)
