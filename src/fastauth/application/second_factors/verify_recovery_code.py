"""Verify a recovery code."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.second_factors.verifier import FactorAnswer, VerifiedFactor
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.recovery_code import RecoveryCodeCodec
from fastauth.domain.sessions.assurance import CODE
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRecoveryCode:
    """See `SecondFactorVerifier`. A code has 120 random bits, so that guesses need no limit."""

    recovery_codes: RecoveryCodeCodec
    unit_of_work: UnitOfWork

    async def __call__(self, user_id: UserId, answer: FactorAnswer, *, now: datetime) -> VerifiedFactor:
        """Use the code, and send the owner of the account a mail."""
        digests = self.recovery_codes.digests(answer.code)
        if not digests:
            raise InvalidSecondFactor
        async with self.unit_of_work.begin() as transaction:
            if not await transaction.second_factors.use_recovery_code(user_id, digests, now=now):
                raise InvalidSecondFactor
            await transaction.events.record(
                Event(type=EventType.RECOVERY_CODE_USED, occurred_at=now, user_id=user_id)
            )
            await transaction.commit()
        return VerifiedFactor(methods=CODE)
