"""Providers of accounts."""

from dependency_injector.providers import Callable, Factory, Provider, Singleton

from fastauth.adapters.email_validator import EmailValidatorProfile
from fastauth.adapters.precis import PrecisUsernameProfile
from fastauth.adapters.seen_usernames import TempFileSeenUsernames
from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.application.accounts.check_name import CheckName
from fastauth.application.accounts.disable_user import DisableUser
from fastauth.application.accounts.enable_user import EnableUser
from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.get_user import AccountReader, GetUser
from fastauth.application.accounts.import_users import ImportUsers
from fastauth.application.accounts.list_users import ListUsers
from fastauth.application.accounts.register_user import RegisterUser
from fastauth.application.accounts.registration_retries import RegistrationRetries
from fastauth.application.accounts.registration_rules import RegistrationRules
from fastauth.application.accounts.rename_user import RenameUser
from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.accounts.store_account import StoreAccount
from fastauth.application.accounts.store_imported import StoreImported
from fastauth.application.accounts.unlock_user import UnlockUser
from fastauth.domain.accounts.ports import SeenUsernames
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.email_addresses.address import AddressProfile
from fastauth.domain.rate_limits.burst_limit import RENAMES, BurstLimit
from fastauth.entrypoints.container.idempotency import Idempotency
from fastauth.entrypoints.container.password_hashing import PasswordHashing
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import paged, use_case
from fastauth.entrypoints.settings import Settings


def _rename_limit(settings: Settings) -> BurstLimit | None:
    return RENAMES if settings.rate_limits else None


def _reserved_usernames(settings: Settings, profile: UsernameProfile) -> frozenset[str]:
    return frozenset(Username.parse_existing(name, profile).canonical for name in settings.reserved_usernames)


class Accounts(Shared):
    """See `fastauth.domain.accounts`."""

    usernames: Provider[UsernameProfile] = Singleton(PrecisUsernameProfile)
    address_profile: Provider[AddressProfile] = Singleton(EmailValidatorProfile)
    reserved_usernames: Provider[frozenset[str]] = Singleton(_reserved_usernames, Shared.settings, usernames)
    seen_usernames: Provider[SeenUsernames] = Factory(TempFileSeenUsernames)

    registration_rules: Provider[RegistrationRules] = Singleton(
        RegistrationRules,
        username_profile=usernames,
        address_profile=address_profile,
        reserved=reserved_usernames,
        mode=Shared.settings.provided.registration,
    )
    store_account: Provider[StoreAccount] = Singleton(
        StoreAccount, passwords=Storage.passwords, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
    registration_retries: Provider[RegistrationRetries] = Singleton(
        RegistrationRetries,
        requests=Idempotency.repeatable_requests,
        answered=Storage.answered_requests,
        users=Storage.users,
        passwords=Storage.passwords,
        hasher=PasswordHashing.hasher,
        rate_limiter=RateLimits.rate_limiter,
        events=Storage.events,
        pseudonyms=Shared.username_pseudonyms,
        clock=Shared.clock,
    )
    check_name: Provider[CheckName] = Singleton(
        CheckName,
        taken_names=Storage.erasures,
        digests=Shared.name_digests,
        clock=Shared.clock,
    )
    register_user = use_case(
        RegisterUser,
        rate_limiter=RateLimits.rate_limiter,
        check_name=check_name,
        hasher=PasswordHashing.hasher,
        rules=registration_rules,
        password_policy=PasswordHashing.password_policy,
        store_account=store_account,
        retries=registration_retries,
    )
    change_full_name = use_case(
        ChangeFullName,
        users=Storage.users,
        limit=Callable(_rename_limit, Shared.settings),
        clock=Shared.clock,
    )
    find_user = use_case(FindUser, users=Storage.users, username_profile=usernames)
    account_reader: Provider[AccountReader] = Singleton(
        AccountReader,
        email_addresses=Storage.email_addresses,
        passwords=Storage.passwords,
        passkeys=Storage.passkeys,
        sessions=Storage.sessions,
        clock=Shared.clock,
    )
    get_user = use_case(GetUser, find_user=find_user, accounts=account_reader)
    list_users = paged(ListUsers, directory=Storage.directory)
    rename_user = use_case(
        RenameUser,
        find_user=find_user,
        username_profile=usernames,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    second_revocation: Provider[SecondRevocation] = Singleton(
        SecondRevocation,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    disable_user = use_case(
        DisableUser,
        find_user=find_user,
        revoke_again=second_revocation,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    enable_user = use_case(
        EnableUser, find_user=find_user, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
    unlock_user = use_case(
        UnlockUser,
        find_user=find_user,
        rate_limiter=RateLimits.rate_limiter,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    import_users = paged(
        ImportUsers,
        store=Singleton(
            StoreImported,
            bulk_users=Storage.bulk_users,
            unit_of_work=Storage.unit_of_work,
            secret_box=Shared.secret_box,
        ),
        hasher=PasswordHashing.hasher,
        username_profile=usernames,
        address_profile=address_profile,
        seen_usernames=seen_usernames.provider,
        clock=Shared.clock,
    )
