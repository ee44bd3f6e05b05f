"""The answers of the event feed (`docs/integrate/events.md`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened."""

    id: str
    """The same in each delivery of the event, and never that of another one."""
    type: str
    at: datetime
    subject: str
    """The id of the account, as in `Caller.subject`; of a key or role in events about those."""
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events in their order, and the cursor behind them."""

    events: list[Event]
    cursor: str
    more: bool
    """Whether there is more already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account."""

    subject: str
    username: str
    fullname: str
    email: str | None
    """The verified e-mail address."""
    disabled: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    """A page of accounts."""

    users: list[User]
    cursor: str | None
    """The cursor of the next page."""
    events_after: str
    """From where to read events once all pages are read."""


def read_batch(body: dict[str, Any]) -> Batch:
    """Return the batch of an answer. Members that are not known are ignored.

    Raises:
        ValueError: The answer is malformed. The message names the member.
    """
    return Batch(
        events=[_event(each) for each in _objects(body, "events")],
        cursor=_member(body, "next", str),
        more=_member(body, "more", bool),
    )


def read_users(body: dict[str, Any]) -> UserPage:
    """Return the page of an answer. Members that are not known are ignored.

    Raises:
        ValueError: The answer is malformed. The message names the member.
    """
    return UserPage(
        users=[_user(each) for each in _objects(body, "users")],
        cursor=_member(body, "next", str, type(None)),
        events_after=_member(body, "events_after", str),
    )


def _event(members: dict[str, Any]) -> Event:
    return Event(
        id=_member(members, "id", str),
        type=_member(members, "type", str),
        at=datetime.fromisoformat(_member(members, "at", str)),
        subject=_member(members, "subject", str),
        data=_member(members, "data", dict),
    )


def _user(members: dict[str, Any]) -> User:
    return User(
        subject=_member(members, "subject", str),
        username=_member(members, "username", str),
        fullname=_member(members, "fullname", str),
        email=_member(members, "email", str, type(None)),
        disabled=_member(members, "disabled", bool),
        roles=tuple(_member(members, "roles", list)),
    )


def _objects(members: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _member(members, name, list)
    if not all(isinstance(each, dict) for each in found):
        raise ValueError(f"{name}: not an array of objects")
    return found


def _member(members: dict[str, Any], name: str, *kinds: type) -> Any:  # noqa: ANN401  of one of `kinds`
    value = members.get(name)
    if not isinstance(value, kinds):
        raise ValueError(f"{name}: missing, or of another type")  # noqa: TRY004  to the caller all are malformed
    return value
