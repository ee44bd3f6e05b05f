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
from fastauth.domain.sealed_cursor import MAX_CURSOR_LENGTH
from fastauth.entrypoints.http.dependencies import FEED_READER_ERRORS, ContainerDep, FeedReaderDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.pagination import Repeatable
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/v1", tags=["events"], route_class=StrictJSONRoute)

MAX_LIMIT = 500
DEFAULT_LIMIT = 100

_AFTER = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_CURSOR_LENGTH}}}", re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,3}", re.ASCII)
_LIMIT_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "after": {"type": "string", "pattern": f"^{_AFTER.pattern}$"},
    "limit": _LIMIT_SCHEMA,
    "types": {"type": "string", "examples": ["user.disabled,session.ended"]},
}


def _parameters(*names: str) -> dict[str, Any]:
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": _SCHEMAS[name]} for name in names
        ]
    }


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """The query of a request."""

    after: str | None
    limit: int
    types: frozenset[PublishedType] | None = None


class FeedEventResponse(BaseModel):
    """An event."""

    id: str = Field(description="The same whenever the event is told.", examples=["ev_17_1795694400000005"])
    type: str = Field(examples=["user.disabled"])
    at: datetime
    subject: str = Field(description="The id of the account, as in `sub`; or of a key or role.")
    data: dict[str, str | None]

    @classmethod
    def of(cls, event: PublishedEvent) -> "FeedEventResponse":
        """Return the event as it is told."""
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
        """Return the account as it is told."""
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


# Without a declared parameter the route would have no query.
async def _feed_query(
    request: Request,
    after: Repeatable = None,
    limit: Repeatable = None,
    types: Repeatable = None,
) -> FeedQuery:
    return _parse(request, "after", "limit", "types")


async def _page_query(
    request: Request,
    after: Repeatable = None,
    limit: Repeatable = None,
) -> FeedQuery:
    return _parse(request, "after", "limit")


def _parse(request: Request, *names: str) -> FeedQuery:
    found: dict[str, str] = {}
    with ViolationCollector() as collecting:
        for name, value in request.query_params.multi_items():
            with collecting:
                if name not in names:
                    raise InvalidInput(Violation("query", "unknown", f"There are {', '.join(names)}."))
                if name in found:
                    raise InvalidInput(Violation(name, "duplicate", "Must be given once at most."))
                found[name] = value
        limit, types = DEFAULT_LIMIT, None
        with collecting:
            if "after" in found and not _AFTER.fullmatch(found["after"]):
                raise InvalidInput(Violation("after", "not_a_place", "Must be taken from another answer."))
        with collecting:
            limit = _limit(found.get("limit", str(DEFAULT_LIMIT)))
        with collecting:
            types = _types(found.get("types"))
    return FeedQuery(found.get("after"), limit, types)


def _limit(text: str) -> int:
    if not _LIMIT.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidInput(Violation("limit", "out_of_range", f"Must be a number from 1 to {MAX_LIMIT}."))
    return int(text)


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
    openapi_extra=_parameters("after", "limit", "types"),
)
async def get_events(
    acting: FeedReaderDep, query: Annotated[FeedQuery, Depends(_feed_query)], container: ContainerDep
) -> FeedEventsResponse:
    """Return the events behind a cursor, in their order.

    Needs the permission `fastauth:events.read`. Without a cursor there are no events in the answer: it has
    the cursor of now. Usernames and e-mail addresses are added for `fastauth:events.read_personal`.
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
    openapi_extra=_parameters("after", "limit"),
)
async def get_users(
    acting: FeedReaderDep, query: Annotated[FeedQuery, Depends(_page_query)], container: ContainerDep
) -> FeedAccountsResponse:
    """Return a page of all accounts, in the order of their ids. Needs the permission `fastauth:users.read`.

    Each page has the cursor of the event feed from before the first page: the events behind it tell every
    change that the pages may have missed.
    """
    answer = await container.list_feed_accounts()(acting=acting, after=query.after, limit=query.limit)
    return FeedAccountsResponse(
        users=[FeedAccountResponse.of(each) for each in answer.accounts],
        next=answer.next,
        events_after=answer.events_after,
    )
