"""The storage that all fakes share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.clock import FakeClock

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.api_keys.api_key import ApiKey
from fastauth.domain.api_keys.key_text import ApiKeyId
from fastauth.domain.audit.event import Event, EventSource, EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.domain.browser_sessions.cookie import CookieDigest
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clients.registered_client import RegisteredClient
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.record import AddressRecord
from fastauth.domain.idempotency.key import AnsweredRequest, RequestDigest
from fastauth.domain.invitations.invitation import Invitation, InvitationId
from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenDigest
from fastauth.domain.outbox.message import OutboxRecord
from fastauth.domain.passkeys.passkey import CredentialId, Passkey, UserHandle
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.personal_data.erasure import Erasure, Receipt
from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import BUILT_IN, Role
from fastauth.domain.second_factors.recovery_code import RecoveryCodeDigest
from fastauth.domain.second_factors.totp import Totp
from fastauth.domain.sessions.session import (
    Session,
    SessionId,
)
from fastauth.domain.signing_keys.signing_key import SigningKey
from fastauth.domain.webhooks.webhook import Webhook
from fastauth.entrypoints.request_origin import current_event_source


@dataclass(frozen=True)
class StoredEntry:
    """An entry of the outbox; its content goes once it is closed."""

    record: OutboxRecord
    sealed: str | None


@dataclass
class FakeStorage:
    """The stored state. A transaction changes a draft and publishes it on commit."""

    users: dict[UserId, User] = field(default_factory=dict)
    passwords: dict[UserId, PasswordHash] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    entries: list[AuditEntry] = field(default_factory=list)
    keys: dict[int, SigningKey] = field(default_factory=dict)
    counters: dict[CounterKey, Counter] = field(default_factory=dict)
    clock: Clock = field(default_factory=FakeClock)
    origin: Callable[[], EventSource] = current_event_source
    epochs: dict[UserId, int] = field(default_factory=dict)
    session_epochs: dict[SessionId, int] = field(default_factory=dict)
    recorded_at: dict[SessionId, datetime] = field(default_factory=dict)
    renames_paid_until: dict[UserId, datetime] = field(default_factory=dict)
    begun_at: dict[str, datetime] = field(default_factory=dict)
    outbox: dict[str, StoredEntry] = field(default_factory=dict)
    """In a draft: the entries that the transaction adds."""
    one_time_tokens: dict[OneTimeTokenDigest, OneTimeToken] = field(default_factory=dict)
    addresses: dict[int, AddressRecord] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=lambda: dict(BUILT_IN))
    user_roles: dict[UserId, tuple[UserRole, ...]] = field(default_factory=dict)
    revocations: list[Revocation] = field(default_factory=list)
    totp: dict[UserId, Totp] = field(default_factory=dict)
    recovery_codes: dict[RecoveryCodeDigest, tuple[UserId, datetime | None]] = field(default_factory=dict)
    """The owner of each code, and when it was used."""
    browser_sessions: dict[CookieDigest, SessionId] = field(default_factory=dict)
    passkeys: dict[CredentialId, Passkey] = field(default_factory=dict)
    handles: dict[UserId, UserHandle] = field(default_factory=dict)
    api_keys: dict[ApiKeyId, ApiKey] = field(default_factory=dict)
    clients: dict[ClientId, RegisteredClient] = field(default_factory=dict)
    answered_requests: dict[RequestDigest, AnsweredRequest] = field(default_factory=dict)
    invitations: dict[InvitationId, Invitation] = field(default_factory=dict)
    last_invitation: int = 0
    event_numbers: dict[int, int] = field(default_factory=dict)
    """The number in the event feed of each audit entry, by its id."""
    last_seq: int = 0
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    has_lock_of_roles: bool = True
    """In a draft: whether the transaction has called `RoleRepository.lock`."""

    erasures: dict[UserId, Erasure] = field(default_factory=dict)
    receipts: dict[tuple[UserId, str], Receipt] = field(default_factory=dict)

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]

    def record(self, event: Event, source: EventSource | None = None) -> None:
        number = self.entries[-1].id + 1 if self.entries else 1
        self.entries.append(AuditEntry(id=number, event=event, source=source or self.origin(), username=None))

    def note(
        self, event_type: EventType, user_id: UserId | None = None, session_id: SessionId | None = None
    ) -> None:
        origin = self.origin()
        source = EventSource(origin.actor, origin.address)  # statements with an event name no other account
        self.record(
            Event(type=event_type, occurred_at=self.clock.now(), user_id=user_id, session_id=session_id),
            source,
        )

    def draft(self) -> "FakeStorage":
        return Draft(self)

    def publish(self, draft: "FakeStorage") -> None:
        """Take over what a transaction used, and the entries that it adds to the outbox."""
        used = {name: each for name, each in vars(draft).items() if name not in OF_THE_DRAFT}
        erased = self.users.keys() - used.get("users", self.users).keys()
        waiting = self.outbox | draft.outbox
        self.outbox = {id_: each for id_, each in waiting.items() if each.record.user_id not in erased}
        vars(self).update(used)


OF_THE_DRAFT = {"stored", "clock", "origin", "outbox", "last_seq", "has_lock_of_roles"}


class Draft(FakeStorage):
    """The state as one transaction sees it. It copies a collection when the transaction first uses it."""

    def __init__(self, stored: FakeStorage) -> None:
        self.stored = stored
        self.clock, self.origin = stored.clock, stored.origin
        self.outbox = {}
        self.last_invitation, self.last_seq = stored.last_invitation, stored.last_seq
        self.has_lock_of_roles = False

    if not TYPE_CHECKING:  # else the type checker would accept every name

        def __getattr__(self, name: str) -> object:
            """Copy a collection that is not copied yet."""
            copied = getattr(self.stored, name).copy()
            setattr(self, name, copied)
            return copied
