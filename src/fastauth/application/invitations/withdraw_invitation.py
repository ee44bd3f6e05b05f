"""Withdraw an invitation."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.invitations.errors import InvitationNotFound
from fastauth.domain.invitations.invitation import InvitationId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawInvitation:
    """Delete an invitation, also one that another principal has made. Its link is no longer valid."""

    delegation: Delegation
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, acting: Principal | None, invitation_id: InvitationId) -> None:
        """Withdraw the invitation; ``None`` stands for an operator.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            InvitationNotFound: There is no such invitation.
            StorageUnavailable: The invitation may or may not have been withdrawn.
        """
        if acting is None:
            async with self.unit_of_work.begin() as transaction:
                await self._withdraw(transaction, invitation_id)
        else:
            async with self.delegation.begin(acting, WRITE_USERS) as act:
                await self._withdraw(act.transaction, invitation_id)

    async def _withdraw(self, transaction: Transaction, invitation_id: InvitationId) -> None:
        if not await transaction.invitations.remove(invitation_id):
            raise InvitationNotFound
        event = Event(
            type=EventType.INVITATION_WITHDRAWN, occurred_at=self.clock.now(), detail=str(invitation_id)
        )
        await transaction.events.record(event)
        await transaction.commit()
