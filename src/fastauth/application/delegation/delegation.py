"""Transactions of a principal who acts on others."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clock import Clock
from fastauth.domain.delegation.authority import Authority
from fastauth.domain.delegation.errors import LastAdministrator
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act on others, within its transaction. No roles of users change until the transaction ends."""

    transaction: Transaction
    authority: Authority
    """What the acting principal holds now."""
    now: datetime

    async def target(self, user_id: UserId) -> User:
        """Return the account of another user, which may be changed.

        Raises:
            UserNotFound: No account has this id.
            OwnAccount: It is the account of the acting principal.
            MorePrivileged: The user holds more than the acting principal.
        """
        user = await self.user(user_id)
        held = await self.transaction.roles.grants_of(user_id)
        self.authority.check_may_change(user_id, held.permissions)
        return user

    async def user(self, user_id: UserId) -> User:
        """Return an account.

        Raises:
            UserNotFound: No account has this id.
        """
        user = await self.transaction.users.get(user_id)
        if user is None:
            raise UserNotFound
        return user

    async def check_not_last_administrator(self, user_id: UserId) -> None:
        """Return if the account may stop being an administrator.

        Raises:
            LastAdministrator: No other enabled account has the role ``admin``.
        """
        if await self.transaction.roles.is_last_administrator(user_id):
            raise LastAdministrator

    async def record(self, event_type: EventType, user_id: UserId) -> None:
        """Record an event about an account."""
        event = Event(type=event_type, occurred_at=self.now, user_id=user_id)
        await self.transaction.events.record(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Begin the transaction of an act on others.

    Acts run one at a time, under the lock of the roles. What the principal holds is read again under this
    lock: a role that was revoked a moment ago counts no more, and of two administrators who disable each
    other one stays.
    """

    unit_of_work: UnitOfWork
    attributed_to: Callable[[Principal], AbstractContextManager[None]]
    """A context in which recorded events name the acting principal."""
    clock: Clock

    @asynccontextmanager
    async def begin(self, acting: Principal, permission: str) -> AsyncIterator[Act]:
        """Begin an act that needs `permission`.

        Raises:
            StepUpRequired: `acting` must authenticate by two factors first.
            NotPermitted: `acting` lacks the permission, or does by now.
        """
        acting.require(permission)
        with self.attributed_to(acting):
            async with self.unit_of_work.begin() as transaction:
                await transaction.roles.lock()
                authority = await current_authority(transaction, acting)
                if permission not in authority.permissions:
                    raise NotPermitted(permission)
                yield Act(transaction=transaction, authority=authority, now=self.clock.now())


async def current_authority(transaction: Transaction, acting: Principal) -> Authority:
    """Return what `acting` holds as of now, which is never more than at the begin of the request."""
    if acting.client_id is not None:
        client = await transaction.clients.get(ClientId(acting.client_id))
        held_now = client.client.permissions if client and client.client.disabled_at is None else frozenset()
        return Authority(acting.permissions & held_now)
    if acting.user_id is None:
        return Authority(frozenset())
    held = await permissions_of(transaction, acting.user_id)
    return Authority(acting.permissions & held, acting.user_id)


async def permissions_of(transaction: Transaction, user_id: UserId) -> frozenset[str]:
    """Return what a user holds as of now: nothing while the account is disabled, or once it is erased."""
    user = await transaction.users.get(user_id)
    if user is None or user.disabled_at:
        return frozenset()
    return frozenset((await transaction.roles.grants_of(user_id)).permissions)
