"""Providers of invitations."""

from dependency_injector.providers import Provider, Singleton

from fastauth.application.invitations.accept_as_user import AcceptInvitationAsUser
from fastauth.application.invitations.accept_invitation import AcceptInvitation
from fastauth.application.invitations.acceptance import Acceptance
from fastauth.application.invitations.invite import Invite
from fastauth.application.invitations.invite_by_admin import InviteByAdmin
from fastauth.application.invitations.invite_by_operator import InviteByOperator
from fastauth.application.invitations.list_invitations import ListInvitations
from fastauth.application.invitations.withdraw_invitation import WithdrawInvitation
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.delegation import Delegations
from fastauth.entrypoints.container.mail import Mail
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.password_hashing import PasswordHashing
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Invitations(Shared):
    """See `fastauth.domain.invitations`; the repository is in `Storage`."""

    invite: Provider[Invite] = Singleton(
        Invite,
        address_profile=Accounts.address_profile,
        mode=Shared.settings.provided.registration,
        clock=Shared.clock,
    )
    acceptance: Provider[Acceptance] = Singleton(
        Acceptance,
        tokens=OneTimeTokens.one_time_token_codec,
        one_time_tokens=Storage.one_time_tokens,
        invitations=Storage.invitations,
        clock=Shared.clock,
    )
    invite_by_admin = use_case(
        InviteByAdmin,
        delegation=Delegations.delegation,
        invite=invite,
        sends_mail=Shared.settings.provided.sends_mail,
    )
    invite_by_operator = use_case(
        InviteByOperator,
        invite=invite,
        unit_of_work=Storage.unit_of_work,
        tokens=OneTimeTokens.one_time_token_codec,
        links=Mail.link_targets,
        sends_mail=Shared.settings.provided.sends_mail,
    )
    list_invitations = use_case(
        ListInvitations,
        invitations=Storage.invitations,
        cursors=Shared.cursor_codec,
        clock=Shared.clock,
    )
    withdraw_invitation = use_case(
        WithdrawInvitation,
        delegation=Delegations.delegation,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    accept_invitation = use_case(
        AcceptInvitation,
        acceptance=acceptance,
        rate_limiter=RateLimits.rate_limiter,
        check_name=Accounts.check_name,
        email_addresses=Storage.email_addresses,
        hasher=PasswordHashing.hasher,
        rules=Accounts.registration_rules,
        password_policy=PasswordHashing.password_policy,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    accept_invitation_as_user = use_case(
        AcceptInvitationAsUser, acceptance=acceptance, unit_of_work=Storage.unit_of_work
    )
