"""Providers of personal data."""

from datetime import timedelta

from dependency_injector.providers import Callable, Object, Provider, Singleton

from fastauth.application.personal_data.close_account import CloseAccount
from fastauth.application.personal_data.close_user import CloseUser
from fastauth.application.personal_data.close_user_by_admin import CloseUserByAdmin
from fastauth.application.personal_data.closing import Closing
from fastauth.application.personal_data.confirm_erasure import ConfirmErasure
from fastauth.application.personal_data.erase_account import EraseAccount
from fastauth.application.personal_data.erase_due_accounts import EraseDueAccounts
from fastauth.application.personal_data.export_account import ONE_A_DAY, ExportAccount
from fastauth.application.personal_data.export_user import ExportUser
from fastauth.application.personal_data.keep_account import KeepAccount
from fastauth.application.personal_data.keep_user import KeepUser
from fastauth.application.personal_data.list_erasures import ListErasures
from fastauth.application.personal_data.measure_overdue_erasures import MeasureOverdueErasures
from fastauth.application.personal_data.replay_erasure import ReplayErasure
from fastauth.domain.personal_data.erased_list import ErasedList
from fastauth.domain.personal_data.erasure import ErasureTerms
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.delegation import Delegations
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import paged, use_case
from fastauth.entrypoints.settings import Settings


def _terms(settings: Settings) -> ErasureTerms:
    return ErasureTerms(
        delay=timedelta(days=settings.erase_days), name_rest=timedelta(days=settings.name_rest_days)
    )


def _export_limit(settings: Settings) -> RateLimit | None:
    return ONE_A_DAY if settings.rate_limits else None


class PersonalData(Shared):
    """See `fastauth.domain.personal_data`."""

    erased_list: Provider[ErasedList] = Singleton(make_with_keys, Object(ErasedList), Shared.secret_keys)
    erasure_terms: Provider[ErasureTerms] = Singleton(_terms, Shared.settings)
    closing: Provider[Closing] = Singleton(Closing, digests=Shared.name_digests, terms=erasure_terms)
    erase_account: Provider[EraseAccount] = Singleton(
        EraseAccount,
        digests=Shared.name_digests,
        pseudonyms=Shared.username_pseudonyms,
        terms=erasure_terms,
        sends_mail=Shared.settings.provided.sends_mail,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    export_account = use_case(
        ExportAccount,
        keys=RateLimits.counter_keys,
        limit=Callable(_export_limit, Shared.settings),
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    export_user = use_case(
        ExportUser, find_user=Accounts.find_user, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
    close_account = use_case(
        CloseAccount,
        closing=closing,
        erase_account=erase_account,
        revoke_again=Accounts.second_revocation,
        username_profile=Accounts.usernames,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    close_user = use_case(
        CloseUser,
        find_user=Accounts.find_user,
        closing=closing,
        erase_account=erase_account,
        revoke_again=Accounts.second_revocation,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    close_user_by_admin = use_case(
        CloseUserByAdmin,
        delegation=Delegations.delegation,
        closing=closing,
        erase_account=erase_account,
        revoke_again=Accounts.second_revocation,
    )
    keep_account = use_case(
        KeepAccount,
        tokens=OneTimeTokens.one_time_token_codec,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    keep_user = use_case(
        KeepUser, find_user=Accounts.find_user, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
    erase_due_accounts = use_case(
        EraseDueAccounts,
        erasures=Storage.erasures,
        erase_account=erase_account,
        retention=Shared.retention.provided.events,
        clock=Shared.clock,
    )
    measure_overdue_erasures = use_case(MeasureOverdueErasures, erasures=Storage.erasures, clock=Shared.clock)
    list_erasures = paged(ListErasures, erasures=Storage.erasures)
    replay_erasure = use_case(
        ReplayErasure,
        digests=Shared.name_digests,
        closing=closing,
        erase_account=erase_account,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    confirm_erasure = use_case(ConfirmErasure, erasures=Storage.erasures, clock=Shared.clock)
