"""``/v1/events`` and ``/v1/users``: for services that follow what happens, or keep a copy of the accounts."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.event_feed.errors import CursorTooOld
from fastauth.domain.event_feed.ports import FeedAccount
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType
from fastauth.domain.list_cursor import MAX_CURSOR_LENGTH
from fastauth.entrypoints.http.dependencies import FEED_READER_ERRORS, ContainerDep, FeedReaderDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.pagination import parse_limit
from fastauth.entrypoints.http.query import QueryValues, query_parameters, single_values
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/v1", tags=["events"], route_class=StrictJSONRoute)

MAX_LIMIT = 500
DEFAULT_LIMIT = 100

_AFTER = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_CURSOR_LENGTH}}}", re.ASCII)
_PAGE_PARAMETERS: dict[str, dict[str, Any]] = {
    "after": {"type": "string", "pattern": f"^{_AFTER.pattern}$"},
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
}
_TYPES = {"type": "string", "examples": ["user.disabled,session.ended"]}


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """The query of a request."""

    after: str | None
    limit: int
    types: frozenset[PublishedType] | None = None


class FeedEventResponse(BaseModel):
    """An event."""

    id: str = Field(
        description="The same in every response and message.", examples=["ev_17_1795694400000005"]
    )
    type: str = Field(examples=["user.disabled"])
    at: datetime
    subject: str = Field(description="The id of the account, as in `sub`; or of a key or role.")
    data: dict[str, str | None]

    @classmethod
    def of(cls, event: PublishedEvent) -> "FeedEventResponse":
        """Return the event as it is sent."""
        return cls(
            id=event.id, type=event.type.value, at=event.at, subject=event.subject, data=dict(event.data)
        )


class FeedEventsResponse(BaseModel):
    """Events behind the cursor of the request."""

    events: list[FeedEventResponse]
    next: str = Field(description="The cursor for the next request.")
    more: bool = Field(description="Whether there is more, for which the client asks at once.")


class FeedAccountResponse(BaseModel):
    """An account."""

    subject: str = Field(description="The id of the account, as in `sub`.", examples=["17"])
    username: str
    fullname: str
    email: str | None = Field(description="The verified e-mail address.")
    disabled: bool
    roles: list[str]

    @classmethod
    def of(cls, account: FeedAccount) -> "FeedAccountResponse":
        """Return the account as it is sent."""
        return cls(
            subject=str(account.id),
            username=account.username,
            fullname=account.fullname,
            email=account.email,
            disabled=account.disabled,
            roles=list(account.roles),
        )


class FeedAccountsResponse(BaseModel):
    """A page of accounts."""

    users: list[FeedAccountResponse]
    next: str | None = Field(description="The cursor of the next page; null if this is the last one.")
    events_after: str = Field(description="The cursor of `/v1/events` from before the first page.")


async def _feed_query(
    request: Request, after: QueryValues = None, limit: QueryValues = None, types: QueryValues = None
) -> FeedQuery:
    return _parse(single_values(request, after=after, limit=limit, types=types))


async def _page_query(request: Request, after: QueryValues = None, limit: QueryValues = None) -> FeedQuery:
    return _parse(single_values(request, after=after, limit=limit))


def _parse(values: dict[str, str]) -> FeedQuery:
    after, limit, types = values.get("after"), DEFAULT_LIMIT, None
    with ViolationCollector() as collecting:
        with collecting:
            if after is not None and not _AFTER.fullmatch(after):
                raise InvalidInput(Violation("after", "not_a_place", "Must be taken from another answer."))
        with collecting:
            limit = parse_limit(values.get("limit"), default=DEFAULT_LIMIT, maximum=MAX_LIMIT)
        with collecting:
            types = _types(values.get("types"))
    return FeedQuery(after, limit, types)


def _types(text: str | None) -> frozenset[PublishedType] | None:
    if text is None:
        return None
    try:
        return frozenset(map(PublishedType, text.split(",")))
    except ValueError:
        known = ", ".join(PublishedType)
        raise InvalidInput(Violation("types", "unknown", f"Must be some of {known}.")) from None


@router.get(
    "/events",
    summary="Read the event feed",
    responses=problems(*FEED_READER_ERRORS, CursorTooOld, query=True),
    openapi_extra=query_parameters(**_PAGE_PARAMETERS, types=_TYPES),
)
async def get_events(
    acting: FeedReaderDep, query: Annotated[FeedQuery, Depends(_feed_query)], container: ContainerDep
) -> FeedEventsResponse:
    """Return the events behind a cursor, in their order.

    Without a cursor there are no events in the answer: it has the cursor of now. Usernames and e-mail
    addresses are added for callers that may read personal data of events. Needs `fastauth:events.read`.
    """
    answer = await container.read_events()(
        acting=acting, after=query.after, limit=query.limit, types=query.types
    )
    events = [FeedEventResponse.of(each) for each in answer.events]
    return FeedEventsResponse(events=events, next=answer.next, more=answer.more)


@router.get(
    "/users",
    summary="List all accounts",
    responses=problems(*FEED_READER_ERRORS, query=True),
    openapi_extra=query_parameters(**_PAGE_PARAMETERS),
)
async def get_users(
    acting: FeedReaderDep, query: Annotated[FeedQuery, Depends(_page_query)], container: ContainerDep
) -> FeedAccountsResponse:
    """Return a page of all accounts, in the order of their ids.

    Each page has the cursor of the event feed from before the first page: the events behind it have every
    change that the pages may have missed. Needs `fastauth:users.read`.
    """
    answer = await container.list_feed_accounts()(acting=acting, after=query.after, limit=query.limit)
    return FeedAccountsResponse(
        users=[FeedAccountResponse.of(each) for each in answer.accounts],
        next=answer.next,
        events_after=answer.events_after,
    )
