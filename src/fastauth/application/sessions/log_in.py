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
    """To be presented at the next log-in on this device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Begin a session with a name and a password.

    An unknown name, a wrong password, a disabled account and one at which too much has been guessed
    are told apart by nothing: the answer is the same, and so is the work that leads to it.
    """

    rate_limiter: RateLimiter
    devices: DeviceTokens
    users: UserRepository
    hasher: PasswordHasher
    usernames: UsernameProfile
    sessions: SessionRepository
    refresh_tokens: RefreshTokenCodec
    access_tokens: AccessTokens
    terms: SessionPolicy
    clock: Clock

    async def __call__(
        self, *, username: str, password: str, device: ClientInfo, device_token: str | None = None
    ) -> LoginResult:
        """Begin a session, on a device that may be known by its token, and return its first tokens.

        Raises:
            InvalidCredentials: They do not lead to an account that may log in, or not now.
            TooManyRequests: Too many came from the network of the device.
            Unavailable: Try again later.
        """
        try:
            name = Username.parse_existing(username, self.usernames)
        except InvalidInput:
            raise InvalidCredentials from None
        guess, is_possible = Password.guess(password)
        self.hasher.admit()
        known_device = self.devices.read(device_token, name, now=self.clock.now())
        permit = await self.rate_limiter.log_in(name, address=device.address, device=known_device)
        looks = permit.counts and is_possible
        async with self.rate_limiter.settling(permit):
            user, kept = await self._verify_credentials(name, guess, looks=looks)
            known = user.password_hash
            if kept != known and not await self.users.replace_password(user.id, known=known, new=kept):
                # Another log-in was faster, or somebody has set a new password.
                user, kept = await self._verify_credentials(name, guess, looks=looks)

            refresh, now = self.refresh_tokens.first(), self.clock.now()
            session = self.terms.begin(
                SessionId(refresh.session_id),
                user.id,
                device,
                refresh_digest=self.refresh_tokens.digest(refresh),
                now=now,
            )
            access = await self.access_tokens.issue(AccessClaims.of(session))
            await self.sessions.start(
                session,
                password_hash=kept,
                at_most=self.terms.at_most,
                refunds=permit.if_right,
            )
        device_id = None if permit.is_closed else known_device
        return LoginResult(
            tokens=TokenPair(access=access, refresh=refresh.text),
            device_token=self.devices.issue(name, device=device_id, now=now),
        )

    async def _verify_credentials(
        self, name: Username, guess: Password, *, looks: bool
    ) -> tuple[User, PasswordHash]:
        """Return the account and the hash to keep of its password."""
        user = await self.users.find(name)
        may_fit = user is not None and looks and not user.disabled_at  # nobody's hash costs as much as any
        kept = await self.hasher.verify(guess, user.password_hash if user and may_fit else None)
        if user is None or user.disabled_at:
            raise InvalidCredentials
        return user, kept
