"""Take the caller's password away."""

from dataclasses import dataclass

from fastauth.application.passwords.last_credential import check_can_log_in
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.domain.passwords.errors import LastCredential, NoPassword
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePassword:
    """Remove the password of an account that a passkey can log in to, and end all other sessions.

    Links and challenges that depend on the password are void with it: they carry a digest of its hash.
    """

    relying_party: RelyingParty | None
    """``None`` if there are no passkeys here."""
    limiter: MailLimiter
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> None:
        """Remove the password.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            TooManyRequests: The account has changed its credentials too often.
            NoPassword: The account has none.
            LastCredential: No passkey could log in.
            StorageUnavailable: The password may or may not have been removed.
        """
        now, user, session = self.clock.now(), caller.user, caller.session
        caller.check_recent_authentication(now)
        await self.limiter.check_factor_change(user.id)
        async with self.unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            if not (await transaction.passwords.get(user.id)).is_usable:
                raise NoPassword
            if self.relying_party is None:
                raise LastCredential
            await transaction.passwords.set(user.id, PasswordHash.unusable())
            await check_can_log_in(transaction, user.id)
            await transaction.sessions.revoke_all(user.id, except_=session.id, now=now)
            await transaction.events.record(Event.in_session(EventType.PASSWORD_REMOVED, session, at=now))
            await transaction.commit()
