"""Issue the challenge of a second factor."""

from dataclasses import dataclass

from fastauth.application.sessions.login_result import SecondFactorChallenge
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.token import PAYLOAD_PURPOSE, OneTimeTokenCodec, Purpose
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.second_factors.ports import ChallengeRepository
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.sessions.password_step import PasswordStep


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChallenge:
    """Store a challenge together with what the first step has found."""

    challenges: ChallengeRepository
    tokens: OneTimeTokenCodec
    secret_box: SecretBox
    clock: Clock

    async def __call__(
        self, step: PasswordStep, *, refunds: tuple[Refund, ...] = ()
    ) -> SecondFactorChallenge:
        """Return the challenge; apply `refunds` with it.

        Raises:
            StorageUnavailable: Try again later.
        """
        token = self.tokens.issue(Purpose.SECOND_FACTOR)
        methods = await self.challenges.issue(
            token,
            user_id=step.user_id,
            payload=self.secret_box.seal(step.to_json(), purpose=PAYLOAD_PURPOSE),
            now=self.clock.now(),
            refunds=refunds,
        )
        expires_in = int(Purpose.SECOND_FACTOR.lifetime.total_seconds())
        return SecondFactorChallenge(token=token.text, methods=methods, expires_in=expires_in)
