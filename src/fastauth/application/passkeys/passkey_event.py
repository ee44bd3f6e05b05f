"""Audit events about a passkey."""

from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.passkeys.passkey import CredentialId
from fastauth.domain.sessions.session import SessionId


def passkey_event(
    event_type: EventType,
    passkey_id: CredentialId,
    *,
    user_id: UserId,
    now: datetime,
    session_id: SessionId | None = None,
) -> Event:
    """Return an event whose detail is the id of the passkey."""
    return Event(type=event_type, occurred_at=now, user_id=user_id, session_id=session_id, detail=passkey_id)
