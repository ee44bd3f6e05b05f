"""Which events are published, and in what form."""

from datetime import UTC, datetime, timedelta

from tests.fakes.event_feed import UNPUBLISHED

from fastauth.adapters.sql.database.large_indexes import LARGE_INDEXES
from fastauth.adapters.sql.events.tables import IS_UNNUMBERED, UNNUMBERED_TYPES
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.event_feed.published_event import (
    NOT_PUBLISHED,
    PublishedEvent,
    PublishedType,
    event_types,
)
from fastauth.domain.sessions.session import SessionId

NOW = datetime(2026, 11, 26, 12, 0, 0, 5, tzinfo=UTC)


class TestEventTypes:
    def test_each_event_type_is_published_or_has_a_reason(self) -> None:
        assert set(EventType) == event_types() | NOT_PUBLISHED.keys()
        assert not event_types() & NOT_PUBLISHED.keys()

    def test_types_without_a_number_are_not_published(self) -> None:
        """The index of events that wait for a number leaves them out, so they would never be published."""
        known = {each for each in EventType if each.value in UNNUMBERED_TYPES}
        assert known == UNPUBLISHED
        assert known <= NOT_PUBLISHED.keys()

    def test_types_without_a_number_are_the_same_wherever_they_are_listed(self) -> None:
        (index,) = [each for each in LARGE_INDEXES if each.name == "event_unnumbered"]
        assert index.on == f"event (id) WHERE {IS_UNNUMBERED}"

    def test_each_published_type_has_an_event(self) -> None:
        assert [each for each in PublishedType if not event_types(frozenset({each}))] == []


class TestPublishedEvent:
    def test_event_about_no_account_is_about_its_detail(self) -> None:
        event = Event(type=EventType.SIGNING_KEY_ROTATED, occurred_at=NOW, detail="a-kid")
        published = PublishedEvent.of(event, seq=1, number=2)
        assert (published.type, published.subject, published.data) == (PublishedType.KEY_ROTATED, "a-kid", {})

    def test_id_is_that_of_one_event(self) -> None:
        """After a restore another event may get the same number."""
        event = Event(type=EventType.USER_DISABLED, occurred_at=NOW, user_id=UserId(7))
        later = Event(
            type=EventType.USER_DISABLED, occurred_at=NOW + timedelta(microseconds=1), user_id=UserId(7)
        )
        ids = [PublishedEvent.of(each, seq=1, number=2).id for each in (event, event, later)]
        assert ids[0] == ids[1] == "ev_2_1795694400000005"
        assert ids[2] != ids[0]

    def test_event_of_a_session_names_it(self) -> None:
        event = Event(
            type=EventType.LOGGED_OUT, occurred_at=NOW, user_id=UserId(7), session_id=SessionId("a" * 32)
        )
        assert PublishedEvent.of(event, seq=1, number=2) == PublishedEvent(
            seq=1,
            id="ev_2_1795694400000005",
            type=PublishedType.SESSION_ENDED,
            at=NOW,
            subject="7",
            data={"reason": "logged_out", "session_id": "a" * 32},
        )

    def test_event_about_a_role_or_a_key_names_it(self) -> None:
        event = Event(type=EventType.ROLE_GRANTED, occurred_at=NOW, user_id=UserId(7), detail="clerk")
        assert PublishedEvent.of(event, seq=1, number=2).data == {"change": "granted", "role": "clerk"}

    def test_event_without_account_and_detail_is_about_nothing(self) -> None:
        event = Event(type=EventType.SIGNING_KEY_ROTATED, occurred_at=NOW)
        assert PublishedEvent.of(event, seq=1, number=2).subject == ""

    def test_no_address_or_digest_is_published(self) -> None:
        for event_type in event_types():
            event = Event(type=event_type, occurred_at=NOW, user_id=UserId(7), detail="d")
            data = PublishedEvent.of(event, seq=1, number=2).data
            allowed = {"change", "credential", "key_id", "passkey_id", "reason", "role", "session_id"}
            assert data.keys() <= allowed, event_type
