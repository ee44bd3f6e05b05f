"""Set a new password by the token of a mail."""

from dataclasses import dataclass

from fastauth.application.passwords.new_password import check_new_password
from fastauth.application.passwords.reset_token import consume_reset_token
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.token import ALL_BUT_UNDO, OneTimeTokenCodec
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletePasswordReset:
    """Replace a forgotten password, and end all sessions of the account.

    No session is started: the user logs in, with every factor that a log-in requires.
    """

    tokens: OneTimeTokenCodec
    hasher: PasswordHasher
    password_policy: PasswordPolicy
    unit_of_work: UnitOfWork
    rate_limiter: RateLimiter
    clock: Clock

    async def __call__(self, *, token: str, new_password: str) -> None:
        """Replace the password.

        Raises:
            InvalidLink: The token is not valid, or the password was changed since it was issued.
            InvalidInput: The new password is not allowed. The token stays valid.
            Unavailable: The password may or may not have been replaced.
        """
        self.hasher.check_capacity()
        async with self.unit_of_work.begin() as transaction:
            # Not committed: the password is judged and hashed first, and no connection waits for that.
            found = await consume_reset_token(transaction, token, codec=self.tokens, now=self.clock.now())
        user = found.user
        new = check_new_password(self.password_policy, new_password, of=user)
        new_hash, now = await self.hasher.hash(new), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            found = await consume_reset_token(transaction, token, codec=self.tokens, now=now)
            if not await transaction.passwords.compare_and_set(
                user.id, expected=found.password_hash, new=new_hash
            ):
                raise InvalidLink
            await transaction.sessions.revoke_all(user.id, now=now)
            await transaction.one_time_tokens.withdraw(user.id, purposes=ALL_BUT_UNDO)
            await self.rate_limiter.reset(user.username, counters=transaction.counters)
            await transaction.events.record(
                Event(type=EventType.PASSWORD_RESET, occurred_at=now, user_id=user.id)
            )
            await transaction.commit()
