"""Invite a user, as an operator."""

from dataclasses import dataclass, field

from fastauth.application.invitations.invite import InvitationRequest, Invite
from fastauth.domain.errors import NotOffered
from fastauth.domain.invitations.invitation import Invitation
from fastauth.domain.mail.links import LinkTargets, link
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorInvitation:
    """A stored invitation, and its link if no mail is sent."""

    invitation: Invitation
    link: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteByOperator:
    """Invite a user with any roles, by mail or by a link that the operator hands over."""

    invite: Invite
    unit_of_work: UnitOfWork
    tokens: OneTimeTokenCodec
    links: LinkTargets
    sends_mail: bool

    async def __call__(self, *, request: InvitationRequest, by_mail: bool) -> OperatorInvitation:
        """Store the invitation. Without `by_mail` return its link.

        Raises:
            NotOffered: No mail is sent here.
            RegistrationClosed: Invitations cannot be accepted here.
            InvalidInput: Values are not allowed; the error lists all violations.
            RoleNotFound: There is no such role.
            TooManyPermissions: An access token has no room for the roles.
            StorageUnavailable: The invitation may or may not have been stored.
        """
        if by_mail and not self.sends_mail:
            raise NotOffered
        new = self.invite.parse(request, invited_by=None)
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            await self.invite.permissions_of(transaction, new)
            invitation = await self.invite.store(transaction, new, sends_mail=by_mail)
            shown = None
            if not by_mail:
                token = self.tokens.issue(Purpose.INVITATION)
                await transaction.one_time_tokens.issue(
                    digest=token.digest,
                    purpose=Purpose.INVITATION,
                    user_id=None,
                    subject=invitation.reference,
                    now=new.created_at,
                    expires_at=new.expires_at,
                )
                shown = link(self.links.invitation, token.text)
            await transaction.commit()
        return OperatorInvitation(invitation=invitation, link=shown)
