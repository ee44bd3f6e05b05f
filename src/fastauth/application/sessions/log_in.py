"""Log in."""

from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.sessions.account_names import AccountNames
from fastauth.application.sessions.issue_challenge import IssueChallenge
from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.application.sessions.login_start import Authentication, LoginStart
from fastauth.application.sessions.verify_credentials import verify_credentials
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.password_step import PasswordStep
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import ClientInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Start a session with a username or a verified e-mail address, and a password.

    An unknown name, a wrong password, a disabled account and a locked one cannot be distinguished: the
    response is the same, and so is the work that leads to it.
    """

    rate_limiter: RateLimiter
    device_tokens: DeviceTokens
    passwords: PasswordRepository
    hasher: PasswordHasher
    account_names: AccountNames
    login_start: LoginStart
    issue_challenge: IssueChallenge
    clock: Clock

    async def __call__(
        self, *, username: str, password: str, client: ClientInfo, device_token: str | None = None
    ) -> LoginResult | SecondFactorChallenge:
        """Start a session of `client`, and return its first tokens and a new device token.

        An account with a second factor gets a challenge in place of a session.

        Raises:
            InvalidCredentials: The credentials do not allow a log-in, or not now.
            TooManyRequests: The network of the client has reached its limit.
            Unavailable: Try again later.
        """
        attempt, is_possible = Password.for_verification(password)
        self.hasher.check_capacity()
        try:
            name = await self.account_names.resolve(username)
        except InvalidInput:
            raise InvalidCredentials from None
        known_device = self.device_tokens.verify(device_token, name, now=self.clock.now())
        permit = await self.rate_limiter.check_login(name, address=client.address, device=known_device)
        may_succeed = permit.allowed and is_possible
        async with self.rate_limiter.refund_on_failure(permit):
            user, password_hash = await verify_credentials(
                name, attempt, may_succeed=may_succeed, passwords=self.passwords, hasher=self.hasher
            )
            step = PasswordStep(
                user_id=user.id,
                username=name,
                password_hash=password_hash,
                device=None if permit.is_locked else known_device,
                notify=known_device is None and bool(user.has_verified_address),
            )
            if not user.has_second_factor:
                begun = Authentication.of(step, client, proof=PasswordProof(password_hash))
                return await self.login_start(begun, refunds=permit.refunds_on_success)
            return await self.issue_challenge(step, refunds=permit.refunds_on_success)
