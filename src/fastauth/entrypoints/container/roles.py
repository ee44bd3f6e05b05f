"""Providers of roles."""

from fastauth.application.roles.apply_roles import ApplyRoles
from fastauth.application.roles.grant_role import GrantRole
from fastauth.application.roles.revoke_role import RevokeRole
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case


class Roles(Shared):
    """See `fastauth.domain.roles`."""

    apply_roles = use_case(
        ApplyRoles,
        unit_of_work=Storage.unit_of_work,
        revocations=Storage.revocation_log,
        clock=Shared.clock,
    )
    grant_role = use_case(
        GrantRole, find_user=Accounts.find_user, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
    revoke_role = use_case(
        RevokeRole,
        find_user=Accounts.find_user,
        unit_of_work=Storage.unit_of_work,
        revocations=Storage.revocation_log,
        clock=Shared.clock,
    )
