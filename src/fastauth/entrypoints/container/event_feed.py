"""Providers of the event feed."""

from dependency_injector.providers import Provider, Singleton

from fastauth.application.event_feed.list_accounts import ListAccounts
from fastauth.application.event_feed.measure_feed_lag import MeasureFeedLag
from fastauth.application.event_feed.number_events import NumberEvents
from fastauth.application.event_feed.read_events import ReadEvents
from fastauth.domain.event_feed.cursor import FeedCursors
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class EventFeed(Shared):
    """See `fastauth.domain.event_feed`; the reader and the numbering are in `Storage`."""

    feed_cursors: Provider[FeedCursors] = Singleton(FeedCursors, Shared.cursor_codec)

    number_events = use_case(NumberEvents, numbering=Storage.event_numbering)
    measure_feed_lag = use_case(MeasureFeedLag, numbering=Storage.event_numbering, clock=Shared.clock)
    read_events = use_case(
        ReadEvents,
        feed=Storage.event_feed,
        accounts=Storage.feed_accounts,
        cursors=feed_cursors,
        retention=Shared.retention,
        clock=Shared.clock,
    )
    list_feed_accounts = use_case(
        ListAccounts, feed=Storage.event_feed, accounts=Storage.feed_accounts, cursors=feed_cursors
    )
