"""Store an invitation, and queue its mail."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.roles.grant import roles_by_name
from fastauth.domain.accounts.locale import parse_locale
from fastauth.domain.accounts.registration_mode import RegisteredBy, RegistrationMode
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.invitations.invitation import DEFAULT_DAYS, Invitation, NewInvitation, parse_days
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.role import Grants
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRequest:
    """The values of an invitation, as the inviting principal gives them."""

    email: str
    roles: Collection[str] = ()
    expires_in_days: int = DEFAULT_DAYS
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """The common part of an invitation by an administrator and one by an operator."""

    address_profile: AddressProfile
    mode: RegistrationMode
    clock: Clock

    def parse(self, request: InvitationRequest, *, invited_by: UserId | None) -> NewInvitation:
        """Return what is to be stored.

        Raises:
            RegistrationClosed: Invitations cannot be accepted here.
            InvalidInput: Values are not allowed; the error lists all violations.
        """
        self.mode.check(RegisteredBy.INVITATION)
        now = self.clock.now()
        with ViolationCollector() as collecting:
            with collecting:
                email = EmailAddress.parse(request.email, self.address_profile)
            with collecting:
                lifetime = parse_days(request.expires_in_days)
            with collecting:
                locale = None if request.locale is None else parse_locale(request.locale)
        return NewInvitation(
            email=email,
            locale=locale,
            roles=tuple(sorted(set(request.roles))),
            invited_by=invited_by,
            created_at=now,
            expires_at=now + lifetime,
        )

    async def permissions_of(self, transaction: Transaction, new: NewInvitation) -> tuple[str, ...]:
        """Return the permissions that the roles of an invitation give.

        Raises:
            RoleNotFound: There is no such role.
            TooManyPermissions: An access token has no room for them.
        """
        stored = await roles_by_name(transaction)
        if not stored.keys() >= set(new.roles):
            raise RoleNotFound
        grants = Grants.of(stored[name] for name in new.roles)
        grants.check_size()
        return grants.permissions

    async def store(self, transaction: Transaction, new: NewInvitation, *, sends_mail: bool) -> Invitation:
        """Store an invitation with its event and, if it is to be mailed, the entry of the outbox."""
        invitation = await transaction.invitations.add(new)
        event = Event(
            type=EventType.INVITATION_CREATED, occurred_at=new.created_at, detail=str(invitation.id)
        )
        await transaction.events.record(event)
        if sends_mail:
            await transaction.outbox.add(
                OutboxKind.INVITATION,
                {"invitation": invitation.reference},
                user_id=None,
                now=new.created_at,
                expires_at=new.expires_at,
            )
        return invitation
