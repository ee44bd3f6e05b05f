"""Log in."""

from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.sessions.account_names import AccountNames
from fastauth.application.sessions.login_result import LoginResult
from fastauth.application.sessions.session_start import SessionStart
from fastauth.application.sessions.verify_credentials import verify_credentials
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, SessionId, SessionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Start a session with a username or a verified e-mail address, and a password.

    An unknown name, a wrong password, a disabled account and a locked one cannot be told apart: the
    response is the same, and so is the work that leads to it.
    """

    rate_limiter: RateLimiter
    device_tokens: DeviceTokens
    passwords: PasswordRepository
    hasher: PasswordHasher
    account_names: AccountNames
    session_start: SessionStart
    refresh_tokens: RefreshTokenCodec
    policy: SessionPolicy
    clock: Clock

    async def __call__(
        self, *, username: str, password: str, client: ClientInfo, device_token: str | None = None
    ) -> LoginResult:
        """Start a session of `client`, and return its first tokens and a new device token.

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
            refresh, now = self.refresh_tokens.issue(), self.clock.now()
            session = self.policy.new_session(
                SessionId(refresh.session_id),
                user.id,
                client,
                refresh_digest=self.refresh_tokens.digest(refresh),
                now=now,
            )
            access = await self.session_start(
                session,
                user=user,
                proof=PasswordProof(password_hash),
                refunds=permit.refunds_on_success,
                is_new_device=known_device is None,
            )
        device = None if permit.is_locked else known_device
        device_token = self.device_tokens.issue(name, device=device, now=now)
        return LoginResult(tokens=TokenPair(access=access, refresh=refresh.text), device_token=device_token)
