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

    USER_CREATED = "user_created"
    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    SESSION_RENEWED = "session_renewed"
    SESSION_RENEWAL_FAILED = "session_renewal_failed"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105  the name of an event
    LOGGED_OUT = "logged_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of an event
    PASSWORD_CHANGE_FAILED = "password_change_failed"  # noqa: S105  the name of an event
    FULL_NAME_CHANGED = "full_name_changed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_UNLOCKED = "user_unlocked"
    SIGNING_KEY_ROTATED = "signing_key_rotated"


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
    SYSTEM = "system"
    """The service itself, on schedule."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where something came from."""

    actor: Actor
    address: str | None = None
    """Of a client."""
