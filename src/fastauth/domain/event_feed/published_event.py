"""Which audit events are published to other services, and in what form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.unix_time import to_microseconds


class PublishedType(StrEnum):
    """Types of events as other services see them. A value never changes."""

    USER_REGISTERED = "user.registered"
    USER_RENAMED = "user.renamed"
    USER_FULL_NAME_CHANGED = "user.full_name_changed"
    USER_EMAIL_CHANGED = "user.email_changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_ERASED = "user.erased"
    USER_ROLES_CHANGED = "user.roles_changed"
    SESSION_STARTED = "session.started"
    SESSION_ENDED = "session.ended"
    CREDENTIAL_ADDED = "credential.added"
    CREDENTIAL_CHANGED = "credential.changed"
    CREDENTIAL_REMOVED = "credential.removed"
    ROLE_CHANGED = "role.changed"
    CLIENT_CHANGED = "client.changed"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"


@dataclass(frozen=True, slots=True)
class _Publication:
    """How the events of one type are published."""

    type: PublishedType
    data: Mapping[str, str] = field(default_factory=dict)
    """Members of ``data`` that each event of this type has."""
    detail: str | None = None
    """The member of ``data`` that has `Event.detail`; ``None`` if it is the subject, or is not published."""


_PASSWORD = {"credential": "password"}
_TOTP = {"credential": "totp"}
_PASSKEY = {"credential": "passkey"}
_API_KEY = {"credential": "api_key"}

_PUBLICATIONS = {
    EventType.USER_CREATED: _Publication(PublishedType.USER_REGISTERED),
    EventType.USER_RENAMED: _Publication(PublishedType.USER_RENAMED),
    EventType.FULL_NAME_CHANGED: _Publication(PublishedType.USER_FULL_NAME_CHANGED),
    EventType.EMAIL_ADDED: _Publication(PublishedType.USER_EMAIL_CHANGED, {"change": "pending"}),
    EventType.EMAIL_VERIFIED: _Publication(PublishedType.USER_EMAIL_CHANGED, {"change": "verified"}),
    EventType.EMAIL_CHANGED: _Publication(PublishedType.USER_EMAIL_CHANGED, {"change": "replaced"}),
    EventType.EMAIL_CHANGE_UNDONE: _Publication(PublishedType.USER_EMAIL_CHANGED, {"change": "undone"}),
    EventType.EMAIL_REMOVED: _Publication(PublishedType.USER_EMAIL_CHANGED, {"change": "removed"}),
    EventType.USER_DISABLED: _Publication(PublishedType.USER_DISABLED),
    EventType.USER_ENABLED: _Publication(PublishedType.USER_ENABLED),
    EventType.ERASURE_REQUESTED: _Publication(PublishedType.USER_DISABLED, {"reason": "erasure_requested"}),
    EventType.ERASURE_CANCELLED: _Publication(PublishedType.USER_ENABLED, {"reason": "erasure_cancelled"}),
    EventType.USER_ERASED: _Publication(PublishedType.USER_ERASED),
    EventType.ROLE_GRANTED: _Publication(PublishedType.USER_ROLES_CHANGED, {"change": "granted"}, "role"),
    EventType.ROLE_REVOKED: _Publication(PublishedType.USER_ROLES_CHANGED, {"change": "revoked"}, "role"),
    EventType.ROLE_CHANGED: _Publication(PublishedType.ROLE_CHANGED),
    EventType.LOGIN_SUCCEEDED: _Publication(PublishedType.SESSION_STARTED),
    EventType.LOGGED_OUT: _Publication(PublishedType.SESSION_ENDED, {"reason": "logged_out"}),
    EventType.REFRESH_TOKEN_REUSED: _Publication(
        PublishedType.SESSION_ENDED, {"reason": "refresh_token_reused"}
    ),
    EventType.PASSWORD_ADDED: _Publication(PublishedType.CREDENTIAL_ADDED, _PASSWORD),
    EventType.PASSWORD_CHANGED: _Publication(PublishedType.CREDENTIAL_CHANGED, _PASSWORD),
    EventType.PASSWORD_RESET: _Publication(PublishedType.CREDENTIAL_CHANGED, _PASSWORD),
    EventType.PASSWORD_REMOVED: _Publication(PublishedType.CREDENTIAL_REMOVED, _PASSWORD),
    EventType.TOTP_ADDED: _Publication(PublishedType.CREDENTIAL_ADDED, _TOTP),
    EventType.TOTP_REMOVED: _Publication(PublishedType.CREDENTIAL_REMOVED, _TOTP),
    EventType.RECOVERY_CODES_MADE: _Publication(
        PublishedType.CREDENTIAL_CHANGED, {"credential": "recovery_codes"}
    ),
    EventType.API_KEY_CREATED: _Publication(PublishedType.CREDENTIAL_ADDED, _API_KEY, "key_id"),
    EventType.API_KEY_REVOKED: _Publication(PublishedType.CREDENTIAL_REMOVED, _API_KEY, "key_id"),
    EventType.PASSKEY_ADDED: _Publication(PublishedType.CREDENTIAL_ADDED, _PASSKEY, "passkey_id"),
    EventType.PASSKEY_REMOVED: _Publication(PublishedType.CREDENTIAL_REMOVED, _PASSKEY, "passkey_id"),
    EventType.CLIENT_CREATED: _Publication(PublishedType.CLIENT_CHANGED, {"change": "created"}),
    EventType.CLIENT_CHANGED: _Publication(PublishedType.CLIENT_CHANGED, {"change": "permissions"}),
    EventType.CLIENT_DISABLED: _Publication(PublishedType.CLIENT_CHANGED, {"change": "disabled"}),
    EventType.CLIENT_ENABLED: _Publication(PublishedType.CLIENT_CHANGED, {"change": "enabled"}),
    EventType.CLIENT_SECRET_ROTATED: _Publication(PublishedType.CLIENT_CHANGED, {"change": "secret"}),
    EventType.CLIENT_REMOVED: _Publication(PublishedType.CLIENT_CHANGED, {"change": "removed"}),
    EventType.SIGNING_KEY_ROTATED: _Publication(PublishedType.KEY_ROTATED),
    EventType.SIGNING_KEY_REVOKED: _Publication(PublishedType.KEY_REVOKED),
}
"""The event types that are published. A type is here or in `NOT_PUBLISHED`."""

NOT_PUBLISHED = {
    EventType.LOGIN_FAILED: "An attempt changes nothing.",
    EventType.SESSION_RENEWED: "A refresh changes nothing that others see, and is the most frequent event.",
    EventType.SESSION_RENEWAL_FAILED: "An attempt changes nothing.",
    EventType.STEPPED_UP: "The new access token has its time.",
    EventType.STEP_UP_FAILED: "An attempt changes nothing.",
    EventType.PASSWORD_CHANGE_FAILED: "An attempt changes nothing.",
    EventType.PASSWORD_RESET_REQUESTED: "Any client can request one; nothing has changed yet.",
    EventType.SECOND_FACTORS_RESET: "The removal of each factor is published.",
    EventType.PASSWORD_RESET_STARTED: "Nothing has changed yet.",
    EventType.RECOVERY_CODE_USED: "It goes with a log-in or a step-up.",
    EventType.SECOND_FACTOR_REFUSED: "An attempt changes nothing.",
    EventType.SECOND_FACTOR_LOCKED: "It ends by itself.",
    EventType.PASSKEY_USED: "It goes with a log-in or a step-up.",
    EventType.PASSKEY_CLONED: "It warns the owner and the operator.",
    EventType.INVITATION_CREATED: "There is no account yet.",
    EventType.INVITATION_ACCEPTED: "The new account, its address and its roles are published.",
    EventType.INVITATION_WITHDRAWN: "There is no account yet.",
    EventType.DATA_EXPORTED: "It changes nothing.",
    EventType.USER_UNLOCKED: "It resets counters of attempts.",
    EventType.WEBHOOK_CREATED: "It concerns the delivery of events to one receiver.",
    EventType.WEBHOOK_CHANGED: "It concerns the delivery of events to one receiver.",
    EventType.WEBHOOK_SECRET_ROTATED: "It concerns the delivery of events to one receiver.",
    EventType.WEBHOOK_DISABLED: "It concerns the delivery of events to one receiver.",
    EventType.WEBHOOK_RESUMED: "It concerns the delivery of events to one receiver.",
    EventType.WEBHOOK_REMOVED: "It concerns the delivery of events to one receiver.",
}
"""The event types that are not published, and why."""

_WITH_SESSION = frozenset({PublishedType.SESSION_STARTED, PublishedType.SESSION_ENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEvent:
    """An event as other services receive it."""

    seq: int
    """Its number: later events have higher ones."""
    id: str
    """The same in every response and message with this event, and never that of another one."""
    type: PublishedType
    at: datetime
    subject: str
    """The id of the account, as in the claim ``sub``; of a key its
    ``kid``, of a client its id, of a role its name."""
    data: Mapping[str, str | None]
    """Ids and states, no personal data."""

    @classmethod
    def of(cls, event: Event, *, seq: int, number: int) -> "PublishedEvent":
        """Return the event as it is published; `number` is its id in the audit trail.

        The id has the time too: after a database was restored from a backup, numbers are given again.
        """
        publication = _PUBLICATIONS[event.type]
        data: dict[str, str | None] = dict(publication.data)
        if publication.detail:
            data[publication.detail] = event.detail
        if publication.type in _WITH_SESSION:
            data["session_id"] = event.session_id
        subject = event.detail if event.user_id is None else str(event.user_id)
        microseconds = to_microseconds(event.occurred_at)
        return cls(
            seq=seq,
            id=f"ev_{number}_{microseconds}",
            type=publication.type,
            at=event.occurred_at,
            subject=subject or "",
            data=data,
        )


def event_types(published: frozenset[PublishedType] | None = None) -> frozenset[EventType]:
    """Return the event types that are published as one of `published`; without it, as any type."""
    return frozenset(
        event_type
        for event_type, publication in _PUBLICATIONS.items()
        if published is None or publication.type in published
    )
