"""Take an invitation, and give an account what it promises."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import permissions_of
from fastauth.application.roles.grant import grant, roles_by_name
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.delegation.authority import Authority
from fastauth.domain.delegation.errors import MorePrivileged
from fastauth.domain.invitations.invitation import Invitation, id_in
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.one_time_tokens.errors import InvalidLink
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import Grants
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Consume the token of an invitation. For whatever reason it is refused, the error is `InvalidLink`."""

    tokens: OneTimeTokenCodec
    one_time_tokens: OneTimeTokenRepository
    invitations: InvitationRepository
    clock: Clock

    async def find(self, token: str) -> Invitation:
        """Return the invitation of a token, which stays valid.

        Raises:
            InvalidLink: There is none.
        """
        now, digests = self.clock.now(), self.tokens.digests(Purpose.INVITATION, token)
        found = await self.one_time_tokens.find_open(digests, purpose=Purpose.INVITATION, now=now)
        reference = found.subject if found else ""
        invitation = await self.invitations.find(id_in(reference), now=now) if reference else None
        if not invitation or invitation.reference != reference:
            raise InvalidLink
        return invitation

    async def take(self, transaction: Transaction, token: str) -> Invitation:
        """Consume the token and the invitation, under the lock of the roles.

        Raises:
            InvalidLink: There is none.
        """
        await transaction.roles.lock()
        now, digests = self.clock.now(), self.tokens.digests(Purpose.INVITATION, token)
        used = await transaction.one_time_tokens.consume(digests, purpose=Purpose.INVITATION, now=now)
        reference = used.subject if used else ""
        invitation = await transaction.invitations.take(id_in(reference), now=now) if reference else None
        if not invitation or invitation.reference != reference:  # not committed: a later one stays
            raise InvalidLink
        return invitation

    async def give(self, transaction: Transaction, invitation: Invitation, user_id: UserId) -> None:
        """Give an account the roles of an invitation, if the user who invited might do so now.

        Raises:
            InvalidLink: That user may not, or a role is gone.
            OwnAccount: The account is that of this user.
            TooManyPermissions: An access token has no room for the roles of this account.
        """
        now, stored = self.clock.now(), await roles_by_name(transaction)
        if not stored.keys() >= set(invitation.roles):
            raise InvalidLink
        if invitation.invited_by is not None:
            permissions = await permissions_of(transaction, invitation.invited_by)
            inviting = Authority(permissions, invitation.invited_by)
            promised = Grants.of(stored[name] for name in invitation.roles)
            held = await transaction.roles.grants_of(user_id)
            try:
                inviting.check_may_change(user_id, held.permissions)
            except MorePrivileged:
                raise InvalidLink from None
            if not _may_invite(inviting, invitation) or not inviting.covers(promised.permissions):
                raise InvalidLink
        for role in invitation.roles:
            granted = UserRole(role=role, granted_at=now, granted_by=invitation.invited_by)
            await grant(transaction, user_id, granted, stored=stored)
        event = Event(
            type=EventType.INVITATION_ACCEPTED, occurred_at=now, user_id=user_id, detail=str(invitation.id)
        )
        await transaction.events.record(event)


def _may_invite(inviting: Authority, invitation: Invitation) -> bool:
    needed = {WRITE_USERS, WRITE_ROLES} if invitation.roles else {WRITE_USERS}
    return needed <= inviting.permissions
