"""Issue the challenge of a second factor."""

from dataclasses import dataclass

from fastauth.application.sessions.login_result import SecondFactorChallenge
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import PAYLOAD_PURPOSE, OneTimeTokenCodec, Purpose
from fastauth.domain.second_factors.ports import SecondFactorRepository
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.sessions.password_step import PasswordStep


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChallenge:
    """Store a challenge together with what the first step has found."""

    factors: SecondFactorRepository
    one_time_tokens: OneTimeTokenRepository
    tokens: OneTimeTokenCodec
    secret_box: SecretBox
    clock: Clock

    async def __call__(self, step: PasswordStep) -> SecondFactorChallenge:
        """Return the challenge.

        Raises:
            StorageUnavailable: Try again later.
        """
        purpose = Purpose.SECOND_FACTOR
        token, now = self.tokens.issue(purpose), self.clock.now()
        await self.one_time_tokens.issue(
            digest=token.digest,
            purpose=purpose,
            user_id=step.user_id,
            payload=self.secret_box.seal(step.to_json(), purpose=PAYLOAD_PURPOSE),
            now=now,
            expires_at=now + purpose.lifetime,
        )
        methods = await self.factors.methods_of(step.user_id)
        expires_in = int(purpose.lifetime.total_seconds())
        return SecondFactorChallenge(token=token.text, methods=methods, expires_in=expires_in)
