"""The page about the event feed, and the grants for its index, are those of the code."""

import re
from datetime import UTC, datetime
from pathlib import Path

from fastauth.adapters.sql.events.tables import IS_UNNUMBERED
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType, event_types

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 26, 12, 0, 0, 5, tzinfo=UTC)


class TestGrants:
    def test_index_of_events_without_a_number_has_the_condition_of_the_code(self) -> None:
        grants = " ".join((ROOT / "deploy/postgres/grants.sql").read_text("utf-8").split())
        assert f"USING ({IS_UNNUMBERED})" in grants


class TestTypes:
    def test_page_lists_every_type(self) -> None:
        page = (ROOT / "docs/integrate/events.md").read_text("utf-8")
        rows = page.partition("## Types\n")[2].partition("\n#")[0]
        names = [name for row in rows.splitlines() for name in re.findall(r"`([a-z]+\.[a-z_]+)`", row[:90])]
        assert sorted(names) == sorted(PublishedType)

    def test_row_of_each_type_has_its_data(self) -> None:
        page = (ROOT / "docs/integrate/events.md").read_text("utf-8")
        rows = page.partition("## Types\n")[2].partition("\n#")[0].splitlines()
        for event_type in event_types():
            event = Event(type=event_type, occurred_at=NOW, user_id=UserId(7), detail="*")
            published = PublishedEvent.of(event, seq=1, number=2)
            (row,) = [row for row in rows if f"`{published.type.value}`" in row]
            said = set(re.findall(r"`(\w+)`", row.rpartition(" | ")[2]))
            assert {*published.data, *filter(None, published.data.values())} - {"*"} <= said, (
                event_type,
                said,
            )
