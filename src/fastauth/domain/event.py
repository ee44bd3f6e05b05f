"""What is remembered of what happened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fastauth.domain.session import SessionId
from fastauth.domain.user import UserId


class EventKind(StrEnum):
    """What can happen to an account."""

    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105  the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of an event
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to an account, recorded in the transaction in which it did."""

    kind: EventKind
    at: datetime
    user_id: UserId
    session_id: SessionId | None = None
