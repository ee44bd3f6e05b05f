"""Providers of the use cases of administrators."""

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.adapters.sql import SqlEventSearch, SqlUserSearch
from fastauth.application.administration.define_role import DefineRole
from fastauth.application.administration.delete_role import DeleteRole
from fastauth.application.administration.disable_user_by_admin import DisableUserByAdmin
from fastauth.application.administration.enable_user_by_admin import EnableUserByAdmin
from fastauth.application.administration.end_sessions_by_admin import EndSessionsByAdmin
from fastauth.application.administration.get_role import GetRole
from fastauth.application.administration.get_user_by_admin import GetUserByAdmin
from fastauth.application.administration.grant_role_by_admin import GrantRoleByAdmin
from fastauth.application.administration.list_keys_by_admin import ListKeysByAdmin
from fastauth.application.administration.list_outbox_by_admin import ListOutboxByAdmin
from fastauth.application.administration.list_roles import ListRoles
from fastauth.application.administration.list_sessions_by_admin import ListSessionsByAdmin
from fastauth.application.administration.read_events_by_admin import ReadEventsByAdmin
from fastauth.application.administration.reset_second_factors_by_admin import ResetSecondFactorsByAdmin
from fastauth.application.administration.retry_outbox_by_admin import RetryOutboxByAdmin
from fastauth.application.administration.revoke_key_by_admin import RevokeKeyByAdmin
from fastauth.application.administration.revoke_role_by_admin import RevokeRoleByAdmin
from fastauth.application.administration.rotate_keys_by_admin import RotateKeysByAdmin
from fastauth.application.administration.search_users import SearchUsers
from fastauth.application.administration.start_reset_by_admin import StartResetByAdmin
from fastauth.application.administration.unlock_user_by_admin import UnlockUserByAdmin
from fastauth.domain.administration.event_search import EventSearch
from fastauth.domain.administration.user_search import UserSearch
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.delegation import Delegations
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.second_factors import SecondFactors
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case
from fastauth.entrypoints.request_origin import attributed_to


class Administration(Shared):
    """See `fastauth.domain.administration`."""

    user_search: Provider[UserSearch] = Singleton(
        SqlUserSearch, connections=Shared.database.provided.autocommit
    )
    event_search: Provider[EventSearch] = Singleton(
        SqlEventSearch, connections=Shared.database.provided.autocommit
    )
    search_users = use_case(
        SearchUsers,
        search=user_search,
        username_profile=Accounts.usernames,
        address_profile=Accounts.address_profile,
        cursors=Shared.cursor_codec,
    )
    get_user_by_admin = use_case(
        GetUserByAdmin,
        users=Storage.users,
        roles=Storage.roles,
        accounts=Accounts.account_reader,
        second_factors=SecondFactors.get_second_factors,
        erasures=Storage.erasures,
    )
    list_sessions_by_admin = use_case(
        ListSessionsByAdmin, users=Storage.users, sessions=Storage.sessions, clock=Shared.clock
    )
    read_events_by_admin = use_case(
        ReadEventsByAdmin,
        search=event_search,
        users=Storage.users,
        pseudonyms=Shared.username_pseudonyms,
        cursors=Shared.cursor_codec,
    )
    disable_user_by_admin = use_case(
        DisableUserByAdmin, delegation=Delegations.delegation, revoke_again=Accounts.second_revocation
    )
    enable_user_by_admin = use_case(EnableUserByAdmin, delegation=Delegations.delegation)
    unlock_user_by_admin = use_case(
        UnlockUserByAdmin, delegation=Delegations.delegation, rate_limiter=RateLimits.rate_limiter
    )
    end_sessions_by_admin = use_case(EndSessionsByAdmin, delegation=Delegations.delegation)
    start_reset_by_admin = use_case(
        StartResetByAdmin,
        delegation=Delegations.delegation,
        sends_mail=Shared.settings.provided.sends_mail,
    )
    reset_second_factors_by_admin = use_case(
        ResetSecondFactorsByAdmin, delegation=Delegations.delegation, changes=SecondFactors.factor_changes
    )
    grant_role_by_admin = use_case(GrantRoleByAdmin, delegation=Delegations.delegation)
    revoke_role_by_admin = use_case(
        RevokeRoleByAdmin, delegation=Delegations.delegation, revocations=Storage.revocation_log
    )
    list_roles = use_case(ListRoles, roles=Storage.roles)
    get_role = use_case(GetRole, list_roles=list_roles)
    define_role = use_case(DefineRole, delegation=Delegations.delegation, revocations=Storage.revocation_log)
    delete_role = use_case(DeleteRole, delegation=Delegations.delegation)
    list_outbox_by_admin = use_case(
        ListOutboxByAdmin, queue=Storage.outbox_queue, cursors=Shared.cursor_codec
    )
    retry_outbox_by_admin = use_case(RetryOutboxByAdmin, queue=Storage.outbox_queue, clock=Shared.clock)
    list_keys_by_admin = use_case(ListKeysByAdmin, keys=Storage.signing_keys)
    rotate_keys_by_admin = use_case(
        RotateKeysByAdmin,
        keys=Storage.signing_keys,
        rotate_keys=SigningKeys.rotate_keys,
        attributed_to=Object(attributed_to),
        clock=Shared.clock,
    )
    revoke_key_by_admin = use_case(
        RevokeKeyByAdmin, revoke_key=SigningKeys.revoke_key, attributed_to=Object(attributed_to)
    )
