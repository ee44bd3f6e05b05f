"""Providers of use cases of passkeys."""

from dependency_injector.providers import Provider, Singleton

from fastauth.application.passkeys.add_passkey import AddPasskey
from fastauth.application.passkeys.begin_passkey import BeginPasskey
from fastauth.application.passkeys.begin_passkey_log_in import BeginPasskeyLogIn
from fastauth.application.passkeys.begin_passkey_registration import BeginPasskeyRegistration
from fastauth.application.passkeys.begin_passkey_second_factor import BeginPasskeySecondFactor
from fastauth.application.passkeys.begin_passkey_step_up import BeginPasskeyStepUp
from fastauth.application.passkeys.failure_events import PasskeyFailureEvents
from fastauth.application.passkeys.list_passkeys import ListPasskeys
from fastauth.application.passkeys.log_in_with_passkey import LogInWithPasskey
from fastauth.application.passkeys.register_with_passkey import RegisterWithPasskey
from fastauth.application.passkeys.remove_passkey import RemovePasskey
from fastauth.application.passkeys.rename_passkey import RenamePasskey
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.passkey_verification import PasskeyVerification
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.second_factors import SecondFactors
from fastauth.entrypoints.container.sessions import Sessions
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import audited, use_case


class Passkeys(Shared):
    """See `fastauth.domain.passkeys`; the repository is in `Storage`."""

    passkey_failure_events: Provider[PasskeyFailureEvents] = Singleton(
        PasskeyFailureEvents,
        passkeys=Storage.passkeys,
        events=Storage.events,
        pseudonyms=Shared.username_pseudonyms,
        clock=Shared.clock,
    )

    begin_passkey = use_case(
        BeginPasskey,
        relying_party=PasskeyVerification.relying_party,
        passkeys=Storage.passkeys,
        ceremonies=PasskeyVerification.ceremonies,
        clock=Shared.clock,
    )
    add_passkey = use_case(
        AddPasskey,
        verifier=PasskeyVerification.passkey_verifier,
        ceremonies=PasskeyVerification.ceremonies,
        unit_of_work=Storage.unit_of_work,
        limiter=RateLimits.mail_limiter,
        changes=SecondFactors.factor_changes,
        clock=Shared.clock,
    )
    list_passkeys = use_case(ListPasskeys, passkeys=Storage.passkeys)
    rename_passkey = use_case(RenamePasskey, passkeys=Storage.passkeys)
    remove_passkey = use_case(
        RemovePasskey,
        unit_of_work=Storage.unit_of_work,
        limiter=RateLimits.mail_limiter,
        changes=SecondFactors.factor_changes,
        clock=Shared.clock,
    )
    begin_passkey_registration = use_case(
        BeginPasskeyRegistration,
        relying_party=PasskeyVerification.relying_party,
        rate_limiter=RateLimits.rate_limiter,
        check_name=Accounts.check_name,
        rules=Accounts.registration_rules,
        ceremonies=PasskeyVerification.ceremonies,
    )
    register_with_passkey = use_case(
        RegisterWithPasskey,
        verifier=PasskeyVerification.passkey_verifier,
        ceremonies=PasskeyVerification.ceremonies,
        rules=Accounts.registration_rules,
        check_name=Accounts.check_name,
        store_account=Accounts.store_account,
        changes=SecondFactors.factor_changes,
        clock=Shared.clock,
    )
    begin_passkey_log_in = use_case(
        BeginPasskeyLogIn,
        relying_party=PasskeyVerification.relying_party,
        ceremonies=PasskeyVerification.ceremonies,
    )
    log_in_with_passkey = audited(
        use_case(
            LogInWithPasskey,
            rate_limiter=RateLimits.rate_limiter,
            ceremonies=PasskeyVerification.ceremonies,
            assertions=PasskeyVerification.assertions,
            device_tokens=Sessions.device_tokens,
            login_start=Sessions.login_start,
            clock=Shared.clock,
        ),
        InvalidCredentials,
        passkey_failure_events.provided.record_login_failure,
    )
    begin_passkey_second_factor = use_case(
        BeginPasskeySecondFactor,
        relying_party=PasskeyVerification.relying_party,
        passkeys=Storage.passkeys,
        codec=OneTimeTokens.one_time_token_codec,
        tokens=Storage.one_time_tokens,
        clock=Shared.clock,
    )
    begin_passkey_step_up = use_case(
        BeginPasskeyStepUp,
        relying_party=PasskeyVerification.relying_party,
        passkeys=Storage.passkeys,
        ceremonies=PasskeyVerification.ceremonies,
    )
