"""Verify a TOTP code."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.second_factors.totp_matcher import TotpMatcher
from fastauth.application.second_factors.verifier import FactorAnswer, VerifiedFactor
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.ports import SecondFactorRepository
from fastauth.domain.second_factors.totp import MAX_STEP_UP_FAILURES, Totp, is_code
from fastauth.domain.sessions.assurance import CODE
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTotp:
    """See `SecondFactorVerifier`.

    An attempt is counted before the code is looked at, so that concurrent attempts cannot exceed
    `MAX_FAILURES`, or in a step-up `MAX_STEP_UP_FAILURES`. A text that cannot be a code is not counted.
    """

    factors: SecondFactorRepository
    matcher: TotpMatcher
    unit_of_work: UnitOfWork

    async def __call__(self, user_id: UserId, answer: FactorAnswer, *, now: datetime) -> VerifiedFactor:
        """Return the step of the code, if it is after the last accepted one."""
        totp = answer.opened.totp if answer.opened else None
        if not answer.opened and is_code(answer.code):
            totp = await self.factors.count_attempt(user_id, most=MAX_STEP_UP_FAILURES)
        if totp is None:
            raise InvalidSecondFactor
        step = self.matcher.step_of(answer.code, totp, now=now)
        if step is None:
            await self._note_lock(totp, now)
            raise InvalidSecondFactor
        return VerifiedFactor(methods=CODE, step=step)

    async def _note_lock(self, totp: Totp, now: datetime) -> None:
        if totp.is_locked:
            async with self.unit_of_work.begin() as transaction:
                await transaction.events.record(
                    Event(type=EventType.SECOND_FACTOR_LOCKED, occurred_at=now, user_id=totp.user_id)
                )
                await transaction.commit()
