"""Invite a user, as an administrator."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.invitations.invite import InvitationRequest, Invite
from fastauth.domain.errors import NotOffered
from fastauth.domain.invitations.invitation import Invitation
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteByAdmin:
    """Send a mail by which its reader creates an account, or gives an existing account roles.

    The result does not depend on whether an account has the address.
    """

    delegation: Delegation
    invite: Invite
    sends_mail: bool

    async def __call__(self, *, acting: Principal, request: InvitationRequest) -> Invitation:
        """Store the invitation, and queue its mail.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``, or ``fastauth:roles.write`` to give roles.
            NotOffered: No mail is sent here.
            RegistrationClosed: Invitations cannot be accepted here.
            InvalidInput: Values are not allowed; the error lists all violations.
            RoleNotFound: There is no such role.
            PermissionNotHeld: A role has permissions that `acting` may not give.
            TooManyPermissions: An access token has no room for the roles.
            StorageUnavailable: The invitation may or may not have been stored.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            if not self.sends_mail:
                raise NotOffered
            new = self.invite.parse(request, invited_by=acting.user_id)
            if new.roles:
                acting.require(WRITE_ROLES)
                # `Acceptance.give` checks the roles again by the user who invited: a client is none.
                if act.authority.user_id is None or WRITE_ROLES not in act.authority.permissions:
                    raise NotPermitted(WRITE_ROLES)
            act.authority.check_may_give(await self.invite.permissions_of(act.transaction, new))
            invitation = await self.invite.store(act.transaction, new, sends_mail=True)
            await act.transaction.commit()
        return invitation
