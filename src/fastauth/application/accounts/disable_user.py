"""Disable a user."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Disable an account: its sessions end, and it cannot log in until it is enabled."""

    find_user: FindUser
    revoke_again: SecondRevocation
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Disable the account. A disabled account stays as it is.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: The account may or may not be disabled.
        """
        user = await self.find_user(username=username)
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            await disable(transaction, user, now=now)
            await transaction.commit()
        await self.revoke_again(user.id)
        return user


async def disable(transaction: Transaction, user: User, *, now: datetime) -> None:
    """Disable an account and end its sessions, under the lock of the roles. A disabled one stays as it is.

    All its access tokens are revoked as well: those of an API key belong to no session that ends. The caller
    revokes them again after the commit: see `SecondRevocation`.
    """
    await transaction.users.set_disabled(user.id, user.disabled_at or now)
    await transaction.erasures.note_disabled(user.id, now=now)  # so that its owner does not enable it
    await transaction.sessions.revoke_all(user.id, now=now)
    await transaction.revocations.add(Revocation.of_user(user.id, at=now))
    await transaction.events.record(Event(type=EventType.USER_DISABLED, occurred_at=now, user_id=user.id))
