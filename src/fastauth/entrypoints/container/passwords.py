"""Providers of use cases that change passwords."""

from fastauth.application.passwords.add_password import AddPassword
from fastauth.application.passwords.change_password import ChangePassword
from fastauth.application.passwords.complete_reset import CompletePasswordReset
from fastauth.application.passwords.has_password import HasPassword
from fastauth.application.passwords.learn_hash_kinds import LearnHashKinds
from fastauth.application.passwords.remove_password import RemovePassword
from fastauth.application.passwords.request_reset import RequestPasswordReset
from fastauth.application.passwords.set_password import SetPassword
from fastauth.domain.passwords.errors import WrongPassword
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.password_hashing import PasswordHashing
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import audited, use_case


class Passwords(Shared):
    """See `fastauth.domain.passwords`."""

    change_password = audited(
        use_case(
            ChangePassword,
            rate_limiter=RateLimits.rate_limiter,
            passwords=Storage.passwords,
            hasher=PasswordHashing.hasher,
            password_policy=PasswordHashing.password_policy,
            unit_of_work=Storage.unit_of_work,
            clock=Shared.clock,
        ),
        WrongPassword,
        Sessions.failure_events.provided.record_password_change_failure,
    )
    add_password = use_case(
        AddPassword,
        passwords=Storage.passwords,
        hasher=PasswordHashing.hasher,
        password_policy=PasswordHashing.password_policy,
        limiter=RateLimits.mail_limiter,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    remove_password = use_case(
        RemovePassword,
        relying_party=Shared.settings.provided.relying_party,
        limiter=RateLimits.mail_limiter,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    set_password = use_case(
        SetPassword,
        find_user=Accounts.find_user,
        hasher=PasswordHashing.hasher,
        password_policy=PasswordHashing.password_policy,
        unit_of_work=Storage.unit_of_work,
        rate_limiter=RateLimits.rate_limiter,
        clock=Shared.clock,
    )
    request_password_reset = use_case(
        RequestPasswordReset,
        limiter=RateLimits.mail_limiter,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )
    complete_password_reset = use_case(
        CompletePasswordReset,
        tokens=OneTimeTokens.one_time_token_codec,
        hasher=PasswordHashing.hasher,
        password_policy=PasswordHashing.password_policy,
        unit_of_work=Storage.unit_of_work,
        rate_limiter=RateLimits.rate_limiter,
        clock=Shared.clock,
    )
    has_password = use_case(HasPassword, passwords=Storage.passwords)
    learn_hash_kinds = use_case(
        LearnHashKinds, hash_kinds=PasswordHashing.hash_kinds, hasher=PasswordHashing.hasher
    )
