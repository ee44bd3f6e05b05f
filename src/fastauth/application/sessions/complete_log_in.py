"""Complete a log-in by a second factor."""

from dataclasses import dataclass, replace

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.second_factors.verify_factor import VerifyFactor
from fastauth.application.sessions.login_result import LoginResult
from fastauth.application.sessions.login_start import Authentication, LoginStart
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.token import PAYLOAD_PURPOSE, OneTimeTokenCodec, Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.ports import ChallengeRepository
from fastauth.domain.second_factors.totp import is_code
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.sessions.assurance import PASSWORD_ONLY, two_factors
from fastauth.domain.sessions.password_step import PasswordStep
from fastauth.domain.sessions.proof import ChallengeProof
from fastauth.domain.sessions.session import ClientInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteLogIn:
    """Start the session of a log-in whose password was right, once the second factor is.

    A challenge that was not issued here, is used or expired, or has had its attempts, and a second factor
    that is wrong get the same answer.
    """

    tokens: OneTimeTokenCodec
    challenges: ChallengeRepository
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
        digests, now = self.tokens.digests(Purpose.SECOND_FACTOR, answer.challenge), self.clock.now()
        at_totp = answer.method is SecondFactorMethod.TOTP and is_code(answer.code)
        # before the answer is looked at, so that concurrent answers cannot exceed the maximum
        challenge = await self.challenges.count_attempt(digests, at_totp=at_totp, now=now)
        if challenge is None:
            raise InvalidSecondFactor
        step = PasswordStep.from_json(self.secret_box.open(challenge.payload, purpose=PAYLOAD_PURPOSE))
        factor = await self.verify_factor(step.user_id, replace(answer, opened=challenge), now=now)
        proof = ChallengeProof(step.password_hash, digests, factor.step)
        authentication = Authentication.of(
            step, client, proof=proof, methods=two_factors(PASSWORD_ONLY, factor.methods)
        )
        try:
            return await self.login_start(authentication, store=factor.store)
        except InvalidCredentials:
            raise InvalidSecondFactor from None
