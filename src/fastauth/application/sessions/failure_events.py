"""Audit events of failed log-ins, refreshes and password changes."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.sessions.account_names import AccountNames
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import AuthenticatedUser, SessionId

FAILURE_EVENT_INTERVAL = timedelta(minutes=1)
"""How often a failed renewal of one session is recorded at most: an attempt is cheap for a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureEvents:
    """Record failed attempts. Each method takes the arguments of its use case."""

    events: EventLog
    pseudonyms: UsernamePseudonyms
    account_names: AccountNames
    refresh_tokens: RefreshTokenCodec
    clock: Clock

    async def record_login_failure(self, *, username: str, **_: object) -> None:
        """Record the digest of the account's username, whether or not there is such an account.

        A text that cannot be a username was not verified, and is not recorded.
        """
        try:
            digest = self.pseudonyms.digest(await self.account_names.resolve(username))
        except InvalidInput:
            return
        await self.events.record(
            Event(type=EventType.LOGIN_FAILED, occurred_at=self.clock.now(), username_digest=digest)
        )

    async def record_renewal_failure(self, *, refresh_token: str, **_: object) -> None:
        """Record the session of the token. A token that was not issued here is not recorded."""
        try:
            session_id = SessionId(self.refresh_tokens.verify(refresh_token).session_id)
        except InvalidRefreshToken:
            return
        await self.events.record_unless_recent(
            Event(type=EventType.SESSION_RENEWAL_FAILED, occurred_at=self.clock.now(), session_id=session_id),
            within=FAILURE_EVENT_INTERVAL,
            or_type=EventType.REFRESH_TOKEN_REUSED,
        )

    async def record_password_change_failure(self, *, caller: AuthenticatedUser, **_: object) -> None:
        """Record the user and the session."""
        await self._record(EventType.PASSWORD_CHANGE_FAILED, caller)

    async def record_step_up_failure(self, *, caller: AuthenticatedUser, **_: object) -> None:
        """Record the user and the session."""
        await self._record(EventType.STEP_UP_FAILED, caller)

    async def _record(self, event_type: EventType, caller: AuthenticatedUser) -> None:
        await self.events.record(Event.in_session(event_type, caller.session, at=self.clock.now()))
