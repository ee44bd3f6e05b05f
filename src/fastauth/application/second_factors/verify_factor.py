"""Verify a second factor of any method."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastauth.application.second_factors.verifier import FactorAnswer, SecondFactorVerifier, VerifiedFactor
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.sessions.session import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyFactor:
    """Verify the second factor that a client presents, and record a wrong one."""

    verifiers: Mapping[SecondFactorMethod, SecondFactorVerifier]
    events: EventLog

    async def __call__(
        self, user_id: UserId, answer: FactorAnswer, *, session_id: SessionId | None = None, now: datetime
    ) -> VerifiedFactor:
        """Return what was presented. `session_id` is the session of a step-up.

        Raises:
            InvalidSecondFactor: See `SecondFactorVerifier`.
            StorageUnavailable: Try again later.
        """
        try:
            return await self.verifiers[answer.method](user_id, answer, now=now)
        except InvalidSecondFactor:
            await self.events.record(
                Event(
                    type=EventType.SECOND_FACTOR_REFUSED,
                    occurred_at=now,
                    user_id=user_id,
                    session_id=session_id,
                )
            )
            raise
