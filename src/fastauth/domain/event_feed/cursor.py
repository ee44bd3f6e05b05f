"""Cursors of the event feed and of the list of accounts that goes with it."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.event_feed.ports import FeedPlace
from fastauth.domain.list_cursor import CursorCodec
from fastauth.domain.unix_time import from_microseconds, to_microseconds

_EVENTS, _ACCOUNTS = "events", "feed accounts"


@dataclass(frozen=True, slots=True)
class FeedCursors:
    """Make cursors from places in the feed, and read them again."""

    codec: CursorCodec

    def of_events(self, place: FeedPlace) -> str:
        """Return the cursor behind the events up to `place`."""
        return self.codec.encode(_EVENTS, *_position(place))

    def read_events(self, cursor: str) -> FeedPlace | None:
        """Return the place of a cursor; ``None`` if it was not made here."""
        position = self.codec.decode(_EVENTS, cursor)
        return None if position is None else _place(*position)

    def of_accounts(self, last: UserId, place: FeedPlace) -> str:
        """Return the cursor behind the account `last`, in a listing that began at `place`."""
        return self.codec.encode(_ACCOUNTS, last, *_position(place))

    def read_accounts(self, cursor: str) -> tuple[UserId, FeedPlace] | None:
        """Return the last account and the place; ``None`` if the cursor was not made here."""
        position = self.codec.decode(_ACCOUNTS, cursor)
        return None if position is None else (UserId(int(position[0])), _place(*position[1:]))


def _position(place: FeedPlace) -> tuple[int, ...]:
    return (place.seq,) if place.at is None else (place.seq, to_microseconds(place.at))


def _place(seq: int | str, microseconds: int | str | None = None) -> FeedPlace:
    return FeedPlace(int(seq), None if microseconds is None else from_microseconds(int(microseconds)))
