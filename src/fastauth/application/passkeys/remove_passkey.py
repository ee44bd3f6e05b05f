"""Remove a passkey of the caller."""

from dataclasses import dataclass

from fastauth.application.passkeys.passkey_event import passkey_event
from fastauth.application.passwords.last_credential import check_can_log_in
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.domain.audit.event import EventType
from fastauth.domain.clock import Clock
from fastauth.domain.passkeys.errors import PasskeyNotFound
from fastauth.domain.passkeys.presented import parse_credential_id
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePasskey:
    """Remove a passkey, unless it is the last way to log in. Sessions that it began go on."""

    unit_of_work: UnitOfWork
    limiter: MailLimiter
    changes: FactorChanges
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, id_: str) -> None:
        """Remove the passkey.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            PasskeyNotFound: The caller has no passkey with this id.
            LastCredential: The account has neither a password nor another passkey.
            TooManyRequests: The account has changed its factors too often.
            StorageUnavailable: The passkey may or may not have been removed.
        """
        now, user, passkey_id = self.clock.now(), caller.user, parse_credential_id(id_)
        caller.check_recent_authentication(now)
        await self.limiter.check_factor_change(user.id)
        async with self.unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            if not passkey_id or not await transaction.passkeys.remove(user.id, passkey_id):
                raise PasskeyNotFound
            await check_can_log_in(transaction, user.id)
            await self.changes.removed(transaction, user.id, now=now)
            removed = EventType.PASSKEY_REMOVED
            await transaction.events.record(
                passkey_event(removed, passkey_id, user_id=user.id, now=now, session_id=caller.session.id)
            )
            await transaction.commit()
