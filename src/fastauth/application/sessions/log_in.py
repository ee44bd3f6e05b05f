"""Log in."""

from dataclasses import dataclass, field

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.sessions.access_token import AccessClaims, TokenPair
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, SessionId, SessionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResult:
    """What somebody gets for a name and a password."""

    tokens: TokenPair
    device_token: str = field(repr=False)
    """To be presented at the next log-in on this client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Begin a session with a name and a password.

    An unknown name, a wrong password, a disabled account and one at which too much has been guessed
    are told apart by nothing: the answer is the same, and so is the work that leads to it.
    """

    rate_limiter: RateLimiter
    device_tokens: DeviceTokens
    users: UserRepository
    hasher: PasswordHasher
    username_profile: UsernameProfile
    sessions: SessionRepository
    refresh_tokens: RefreshTokenCodec
    access_tokens: AccessTokens
    policy: SessionPolicy
    clock: Clock

    async def __call__(
        self, *, username: str, password: str, client: ClientInfo, device_token: str | None = None
    ) -> LoginResult:
        """Begin a session, on a client that may be known by its token, and return its first tokens.

        Raises:
            InvalidCredentials: They do not lead to an account that may log in, or not now.
            TooManyRequests: Too many came from the network of the client.
            Unavailable: Try again later.
        """
        try:
            name = Username.parse_existing(username, self.username_profile)
        except InvalidInput:
            raise InvalidCredentials from None
        attempt, is_possible = Password.for_verification(password)
        self.hasher.check_capacity()
        known_device = self.device_tokens.verify(device_token, name, now=self.clock.now())
        permit = await self.rate_limiter.check_login(name, address=client.address, device=known_device)
        may_succeed = permit.allowed and is_possible
        async with self.rate_limiter.refund_on_failure(permit):
            user, current_hash = await self._verify_credentials(name, attempt, may_succeed=may_succeed)
            stored_hash = user.password_hash
            if current_hash != stored_hash and not await self.users.compare_and_set_password(
                user.id, expected=stored_hash, new=current_hash
            ):
                # Another log-in was faster, or somebody has set a new password.
                user, current_hash = await self._verify_credentials(name, attempt, may_succeed=may_succeed)

            refresh, now = self.refresh_tokens.issue(), self.clock.now()
            session = self.policy.new_session(
                SessionId(refresh.session_id),
                user.id,
                client,
                refresh_digest=self.refresh_tokens.digest(refresh),
                now=now,
            )
            access = await self.access_tokens.issue(AccessClaims.for_session(session))
            await self.sessions.add(
                session,
                password_hash=current_hash,
                max_sessions=self.policy.max_sessions,
                refunds=permit.refunds_on_success,
            )
        device_id = None if permit.is_locked else known_device
        return LoginResult(
            tokens=TokenPair(access=access, refresh=refresh.text),
            device_token=self.device_tokens.issue(name, device=device_id, now=now),
        )

    async def _verify_credentials(
        self, name: Username, attempt: Password, *, may_succeed: bool
    ) -> tuple[User, PasswordHash]:
        """Return the account and the hash to keep of its password."""
        user = await self.users.find(name)
        usable = user.password_hash if user and may_succeed and not user.disabled_at else None
        current_hash = await self.hasher.verify_and_update(attempt, usable)  # None: the dummy hash
        if user is None or user.disabled_at:
            raise InvalidCredentials
        return user, current_hash
