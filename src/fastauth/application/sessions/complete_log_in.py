"""Complete a log-in by a second factor."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.second_factors.verify_factor import VerifyFactor
from fastauth.application.sessions.login_result import LoginResult
from fastauth.application.sessions.login_start import Authentication, LoginStart
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import PAYLOAD_PURPOSE, OneTimeTokenCodec, Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.sessions.assurance import with_password
from fastauth.domain.sessions.password_step import PasswordStep
from fastauth.domain.sessions.proof import TwoFactorProof
from fastauth.domain.sessions.session import ClientInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteLogIn:
    """Start the session of a log-in whose password was right, once the second factor is.

    A challenge that was not issued here, is used or expired, or has had its attempts, and a second factor
    that is wrong cannot be told apart.
    """

    tokens: OneTimeTokenCodec
    one_time_tokens: OneTimeTokenRepository
    secret_box: SecretBox
    verify_factor: VerifyFactor
    login_start: LoginStart
    clock: Clock

    async def __call__(self, *, answer: FactorAnswer, client: ClientInfo) -> LoginResult:
        """Start a session of `client`; return its first tokens and a device token.

        Raises:
            InvalidSecondFactor: The challenge or the answer is not valid, or the account was disabled or its
                password changed since the challenge was issued.
            Unavailable: Try again later.
        """
        now = self.clock.now()
        step = await self._count_attempt(answer.challenge, now)
        factor = await self.verify_factor(step.user_id, answer, now=now)
        digests = self.tokens.digests(Purpose.SECOND_FACTOR, answer.challenge)
        if not await self.one_time_tokens.consume(digests, purpose=Purpose.SECOND_FACTOR, now=now):
            raise InvalidSecondFactor
        methods, proof = with_password(factor.methods), TwoFactorProof(step.password_hash)
        authentication = Authentication.of(step, client, proof=proof, methods=methods)
        try:
            return await self.login_start(authentication, store=factor.store)
        except InvalidCredentials:
            raise InvalidSecondFactor from None

    async def _count_attempt(self, challenge: str, now: datetime) -> PasswordStep:
        """Count an attempt before the answer is looked at: concurrent ones cannot exceed the maximum."""
        purpose = Purpose.SECOND_FACTOR
        found = await self.one_time_tokens.count_attempt(
            self.tokens.digests(purpose, challenge),
            purpose=purpose,
            max_attempts=purpose.max_attempts or 0,
            now=now,
        )
        if found is None or found.payload is None:
            raise InvalidSecondFactor
        return PasswordStep.from_json(self.secret_box.open(found.payload, purpose=PAYLOAD_PURPOSE))
