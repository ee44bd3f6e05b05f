"""Events: what the audit trail records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Self

from fastauth.domain.accounts.user import UserId
from fastauth.domain.sessions.session import Session, SessionId

UsernameDigest = NewType("UsernameDigest", bytes)


class EventType(StrEnum):
    """Types of events, after the OWASP Logging Vocabulary. They are stored: a value never changes."""

    USER_CREATED = "user_created"
    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    SESSION_RENEWED = "session_renewed"
    SESSION_RENEWAL_FAILED = "session_renewal_failed"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105  the name of an event
    LOGGED_OUT = "logged_out"
    STEPPED_UP = "stepped_up"
    STEP_UP_FAILED = "step_up_failed"
    PASSWORD_ADDED = "password_added"  # noqa: S105  the name of an event
    PASSWORD_REMOVED = "password_removed"  # noqa: S105  the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of an event
    PASSWORD_CHANGE_FAILED = "password_change_failed"  # noqa: S105  the name of an event
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105  the name of an event
    PASSWORD_RESET_STARTED = "password_reset_started"  # noqa: S105  the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105  the name of an event
    EMAIL_ADDED = "email_added"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CHANGE_UNDONE = "email_change_undone"
    EMAIL_REMOVED = "email_removed"
    TOTP_ADDED = "totp_added"
    TOTP_REMOVED = "totp_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    SECOND_FACTORS_RESET = "second_factors_reset"
    SECOND_FACTOR_REFUSED = "second_factor_refused"
    SECOND_FACTOR_LOCKED = "second_factor_locked"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_USED = "passkey_used"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_CLONED = "passkey_cloned"
    API_KEY_CREATED = "api_key_created"
    API_KEY_REVOKED = "api_key_revoked"
    FULL_NAME_CHANGED = "full_name_changed"
    USER_RENAMED = "user_renamed"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    USER_UNLOCKED = "user_unlocked"
    DATA_EXPORTED = "data_exported"
    ERASURE_REQUESTED = "erasure_requested"
    ERASURE_CANCELLED = "erasure_cancelled"
    USER_ERASED = "user_erased"
    ROLE_GRANTED = "role_granted"
    ROLE_REVOKED = "role_revoked"
    ROLE_CHANGED = "role_changed"
    INVITATION_CREATED = "invitation_created"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    CLIENT_CREATED = "client_created"
    CLIENT_CHANGED = "client_changed"
    CLIENT_DISABLED = "client_disabled"
    CLIENT_ENABLED = "client_enabled"
    CLIENT_SECRET_ROTATED = "client_secret_rotated"  # noqa: S105  the name of an event
    CLIENT_REMOVED = "client_removed"
    WEBHOOK_CREATED = "webhook_created"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_SECRET_ROTATED = "webhook_secret_rotated"  # noqa: S105  the name of an event
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_RESUMED = "webhook_resumed"
    WEBHOOK_REMOVED = "webhook_removed"
    SIGNING_KEY_ROTATED = "signing_key_rotated"
    SIGNING_KEY_REVOKED = "signing_key_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change, stored in the same transaction as the change itself, or a failed attempt."""

    type: EventType
    occurred_at: datetime
    user_id: UserId | None = None
    session_id: SessionId | None = None
    """``None`` if the event concerns no session, or all sessions of the user."""
    username_digest: UsernameDigest | None = None
    """For a failed log-in: the digest of the username that was tried."""
    detail: str | None = None
    """The id, or the name of a role, where an event is about a thing other than an account or a session."""

    @classmethod
    def in_session(cls, event_type: EventType, session: Session, *, at: datetime) -> Self:
        """Return an event about the user of a session, caused in it."""
        return cls(type=event_type, occurred_at=at, user_id=session.user_id, session_id=session.id)


class Actor(StrEnum):
    """Who caused an event."""

    CLIENT = "client"
    """A client on the network."""
    OPERATOR = "operator"
    """A user who runs commands on the host."""
    SYSTEM = "system"
    """The service itself, on schedule."""


@dataclass(frozen=True, slots=True)
class EventSource:
    """Who caused an event, and from where."""

    actor: Actor
    address: str | None = None
    """The network address of a client."""
    actor_id: UserId | None = None
    """The account that acts on another one, such as an administrator."""
    client_id: str | None = None
    """The OAuth 2.0 client that acts."""
