"""Accept an invitation with the account of the caller."""

from dataclasses import dataclass

from fastauth.application.invitations.acceptance import Acceptance
from fastauth.domain.invitations.errors import AnotherAddressInvited
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitationAsUser:
    """Give the account of the caller the roles of an invitation to its verified address."""

    acceptance: Acceptance
    unit_of_work: UnitOfWork

    async def __call__(self, *, caller: AuthenticatedUser, token: str) -> None:
        """Accept the invitation. Unless it is accepted, the token stays valid.

        Raises:
            InvalidLink: The token is not valid, or the invitation no longer counts.
            AnotherAddressInvited: The verified address of the account is another one.
            OwnAccount: The caller has made the invitation.
            TooManyPermissions: An access token has no room for the roles of this account.
            StorageUnavailable: The roles may or may not have been given.
        """
        await self.acceptance.find(token)  # a guess does not lock the roles
        async with self.unit_of_work.begin() as transaction:
            invitation = await self.acceptance.take(transaction, token)
            addresses = await transaction.email_addresses.of_user(caller.user.id)
            if addresses.verified is None or addresses.verified.address.key != invitation.email.key:
                raise AnotherAddressInvited
            await self.acceptance.give(transaction, invitation, caller.user.id)
            await transaction.commit()
