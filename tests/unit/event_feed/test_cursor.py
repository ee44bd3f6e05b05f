"""Cursors of the event feed are those of other versions, which read them as well."""

from datetime import UTC, datetime

from tests.application import Application

from fastauth.domain.accounts.user import UserId
from fastauth.domain.event_feed.ports import FeedPlace

AT = datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)


class TestFeedCursors:
    def test_have_the_number_and_the_time_in_microseconds(self) -> None:
        container = Application().container
        cursors, encode = container.feed_cursors(), container.cursor_codec().encode
        for place, position in ((FeedPlace(7, AT), (7, 1_000_005)), (FeedPlace(7, None), (7,))):
            events, accounts = cursors.of_events(place), cursors.of_accounts(UserId(3), place)
            assert (events, accounts) == (encode("events", *position), encode("feed accounts", 3, *position))
            assert cursors.read_events(events) == place
            assert cursors.read_accounts(accounts) == (UserId(3), place)
