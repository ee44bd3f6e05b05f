"""Log in."""

from dataclasses import dataclass

from fastauth.domain.errors import InvalidCredentials, InvalidInput
from fastauth.domain.password import Password, PasswordHash
from fastauth.domain.ports import (
    AccessTokens,
    Clock,
    PasswordHasher,
    SessionRepository,
    UsernameProfile,
    UserRepository,
)
from fastauth.domain.refresh_token import RefreshTokenMint
from fastauth.domain.session import Device, Session, SessionId, SessionTerms
from fastauth.domain.tokens import AccessClaims, Tokens
from fastauth.domain.user import User
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Begin a session with a name and a password.

    An unknown name, a wrong password and a disabled account are told apart by nothing: the answer
    is the same, and so is the work that leads to it.
    """

    users: UserRepository
    hasher: PasswordHasher
    usernames: UsernameProfile
    sessions: SessionRepository
    refresh_tokens: RefreshTokenMint
    access_tokens: AccessTokens
    terms: SessionTerms
    clock: Clock

    async def __call__(self, *, username: str, password: str, device: Device) -> Tokens:
        """Begin a session and return its first tokens.

        Raises:
            InvalidCredentials: They do not lead to an account that may log in.
            Unavailable: Try again later.
        """
        try:
            name, secret = Username.recognise(username, self.usernames), Password.parse(password)
        except InvalidInput:
            raise InvalidCredentials from None
        user, kept = await self._recognised(name, secret)
        known = user.password_hash
        if kept != known and not await self.users.replace_password(user.id, known=known, new=kept):
            user, kept = await self._recognised(name, secret)  # another log-in was faster, or a new password

        refresh, now = self.refresh_tokens.first(), self.clock.now()
        expires_at = now + self.terms.absolute
        session = Session(
            id=SessionId(refresh.session_id),
            user_id=user.id,
            device=device,
            created_at=now,
            last_used_at=now,
            expires_at=expires_at,
            refresh_digest=self.refresh_tokens.digest(refresh),
            refresh_expires_at=self.terms.refresh_until(now, expires_at=expires_at),
        )
        await self.sessions.start(session, password_hash=kept)
        access = await self.access_tokens.issue(AccessClaims.of(session))
        return Tokens(access=access, refresh=refresh.text)

    async def _recognised(self, name: Username, secret: Password) -> tuple[User, PasswordHash]:
        """Return the account and the hash to keep of its password."""
        user = await self.users.find(name)
        kept = await self.hasher.verify(secret, user.password_hash if user else None)
        if user is None or user.disabled_at:
            raise InvalidCredentials
        return user, kept
