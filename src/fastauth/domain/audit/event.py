"""What is remembered of what happened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from fastauth.domain.accounts.user import UserId
from fastauth.domain.sessions.session import SessionId

UsernameDigest = NewType("UsernameDigest", bytes)


class EventType(StrEnum):
    """What can happen to an account, or to the keys. Stored and shown: a name never changes."""

    USER_CREATED = "registered"
    LOGIN_SUCCEEDED = "logged_in"
    LOGIN_FAILED = "log_in_refused"
    SESSION_RENEWED = "refreshed"
    SESSION_RENEWAL_FAILED = "refresh_refused"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105  the name of an event
    LOGGED_OUT = "logged_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of an event
    PASSWORD_CHANGE_FAILED = "password_change_refused"  # noqa: S105  the name of an event
    FULL_NAME_CHANGED = "full_name_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_UNLOCKED = "user_reopened"
    SIGNING_KEY_ROTATED = "key_rotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened, recorded in the transaction in which it did; or that was refused."""

    type: EventType
    occurred_at: datetime
    user_id: UserId | None = None
    session_id: SessionId | None = None
    """``None`` if it concerns none, or all of them."""
    username_digest: UsernameDigest | None = None
    """Of a refused log-in: which name was tried."""


class Actor(StrEnum):
    """Who had something happen."""

    CLIENT = "client"
    """Somebody on the network."""
    OPERATOR = "operator"
    """Whoever may run commands on the machine."""
    SERVICE = "service"
    """Nobody: it was time."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where something came from."""

    actor: Actor
    address: str | None = None
    """Of a client."""
