"""Audit events of failed log-ins by passkey."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.clock import Clock
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passkeys.presented import PresentedCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyFailureEvents:
    """Record failed log-ins. The method takes the arguments of its use case."""

    passkeys: PasskeyRepository
    events: EventLog
    pseudonyms: UsernamePseudonyms
    clock: Clock

    async def record_login_failure(self, *, credential: Mapping[str, Any], **_: object) -> None:
        """Record the digest of the username whose passkey was presented; nothing for an unknown one."""
        presented = PresentedCredential.parse(credential)
        owned = presented and await self.passkeys.find(presented.id)
        if not owned:
            return
        digest = self.pseudonyms.digest(owned.user.username)
        await self.events.record(
            Event(type=EventType.LOGIN_FAILED, occurred_at=self.clock.now(), username_digest=digest)
        )
