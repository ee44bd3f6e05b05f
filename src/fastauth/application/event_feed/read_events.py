"""Read the event feed."""

from dataclasses import dataclass, replace

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.trail import Retention
from fastauth.domain.clock import Clock
from fastauth.domain.event_feed.cursor import FeedCursors
from fastauth.domain.event_feed.errors import CursorTooOld
from fastauth.domain.event_feed.ports import EventFeed, FeedAccounts, FeedPage, FeedPlace
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType
from fastauth.domain.event_feed.retention import feed_retention
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_EVENTS, READ_PERSONAL

_ABOUT_USERS = "user."


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsAnswer:
    """Events, and the cursor behind them."""

    events: tuple[PublishedEvent, ...]
    next: str
    more: bool
    """Whether there are more already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvents:
    """Return the events behind a cursor. Without a cursor there are none: the answer has that of now."""

    feed: EventFeed
    accounts: FeedAccounts
    cursors: FeedCursors
    retention: Retention
    clock: Clock

    async def __call__(
        self, *, acting: Principal, after: str | None, limit: int, types: frozenset[PublishedType] | None
    ) -> EventsAnswer:
        """Return at most `limit` events of some types, or of all.

        Raises:
            NotPermitted: `acting` lacks the permission.
            StepUpRequired: `acting` has it, but in this session it does not count.
            CursorTooOld: Events behind the cursor may be missing.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_EVENTS)
        if after is None:
            return EventsAnswer(events=(), next=self.cursors.of_events(await self.feed.last()), more=False)
        place = self.cursors.read_events(after)
        if place is None:
            raise CursorTooOld
        page = await self.feed.read(after=place.seq, limit=limit, types=types)
        self._check_complete(place, page)
        events = page.events
        if READ_PERSONAL in acting.permissions:
            events = await self._with_personal_data(events)
        return EventsAnswer(events=events, next=self.cursors.of_events(page.end), more=page.more)

    def _check_complete(self, place: FeedPlace, page: FeedPage) -> None:
        is_other_history = place.at and page.start.at and place.at != page.start.at
        if place.seq > page.last or is_other_history:
            raise CursorTooOld
        oldest = self.clock.now() - feed_retention(self.retention)
        if place.seq < page.last and (page.next_at is None or page.next_at < oldest):
            raise CursorTooOld

    async def _with_personal_data(self, events: tuple[PublishedEvent, ...]) -> tuple[PublishedEvent, ...]:
        about_users = [each for each in events if each.type.startswith(_ABOUT_USERS)]
        found = await self.accounts.find({UserId(int(each.subject)) for each in about_users})
        of_user = {
            str(each.id): {"username": each.username, "fullname": each.fullname, "email": each.email}
            for each in found
        }
        return tuple(
            replace(each, data={**each.data, **of_user.get(each.subject, {})})
            if each.type.startswith(_ABOUT_USERS)
            else each
            for each in events
        )
