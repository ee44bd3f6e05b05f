"""Verify a passkey as a second factor."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.passkeys.assertions import Assertions
from fastauth.application.passkeys.bindings import account_of, challenge_of
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.second_factors.verifier import FactorAnswer, VerifiedFactor
from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.second_factors.errors import InvalidSecondFactor


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPasskey:
    """See `fastauth.application.second_factors.verifier.SecondFactorVerifier`.

    In a log-in the passkey answers the log-in's challenge token, in a step-up a ceremony of its own. It need
    not have verified its user: the password is the other factor.
    """

    ceremonies: Ceremonies
    assertions: Assertions

    async def __call__(self, user_id: UserId, answer: FactorAnswer, *, now: datetime) -> VerifiedFactor:
        """Verify the signature, and return what stores the use of the passkey."""
        verified = await self.assertions.verify(
            answer.credential or {},
            challenge=await self._challenge(user_id, answer),
            owner=user_id,
            refusal=InvalidSecondFactor,
        )
        return VerifiedFactor(methods=verified.methods, store=verified.store)

    async def _challenge(self, user_id: UserId, answer: FactorAnswer) -> bytes:
        if answer.opened:
            return challenge_of(answer.challenge)
        ceremony = await self.ceremonies.finish(
            Purpose.PASSKEY_GET, answer.challenge, bound_to=account_of(user_id)
        )
        if ceremony is None:
            raise InvalidSecondFactor
        return ceremony.challenge
