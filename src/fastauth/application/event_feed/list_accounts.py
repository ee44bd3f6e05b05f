"""List all accounts, for a service that keeps a copy of them."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.event_feed.cursor import FeedCursors
from fastauth.domain.event_feed.ports import EventFeed, FeedAccount, FeedAccounts
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_USERS

_NONE = UserId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsAnswer:
    """A page of accounts."""

    accounts: tuple[FeedAccount, ...]
    next: str | None
    """The cursor of the next page; ``None`` if there is none."""
    events_after: str
    """The cursor of the event feed from before the first page: behind it is every change since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccounts:
    """Return a page of accounts, and from where to read the events that happen meanwhile."""

    feed: EventFeed
    accounts: FeedAccounts
    cursors: FeedCursors

    async def __call__(self, *, acting: Principal, after: str | None, limit: int) -> AccountsAnswer:
        """Return at most `limit` accounts behind the cursor, in the order of their ids.

        Raises:
            InvalidInput: The cursor was not made here.
            NotPermitted: `acting` lacks the permission.
            StepUpRequired: `acting` has it, but in this session it does not count.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_USERS)
        if after is None:
            # Read before the accounts: what is committed in between is in the events behind `place` too.
            last, place = _NONE, await self.feed.last()
        elif (position := self.cursors.read_accounts(after)) is not None:
            last, place = position
        else:
            raise InvalidInput(
                Violation("after", "not_a_place", "Must be taken from `next` of another page.")
            )
        found = await self.accounts.page(after=last, limit=limit + 1)
        page = found[:limit]
        return AccountsAnswer(
            accounts=page,
            next=self.cursors.of_accounts(page[-1].id, place) if len(found) > limit else None,
            events_after=self.cursors.of_events(place),
        )
