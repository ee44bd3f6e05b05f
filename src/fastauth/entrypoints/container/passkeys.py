"""Providers of passkeys."""

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.passkeys import WebauthnPasskeyVerifier
from fastauth.application.passkeys.add_passkey import AddPasskey
from fastauth.application.passkeys.assertions import Assertions
from fastauth.application.passkeys.begin_passkey import BeginPasskey
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.passkeys.list_passkeys import ListPasskeys
from fastauth.application.passkeys.remove_passkey import RemovePasskey
from fastauth.application.passkeys.rename_passkey import RenamePasskey
from fastauth.domain.passkeys.ports import PasskeyVerifier
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.second_factors import SecondFactors
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case

_RELYING_PARTY = Shared.settings.provided.relying_party


class Passkeys(Shared):
    """See `fastauth.domain.passkeys`; the repository is in `Storage`."""

    passkey_verifier: Provider[PasskeyVerifier] = Singleton(WebauthnPasskeyVerifier, _RELYING_PARTY)
    ceremonies: Provider[Ceremonies] = Singleton(
        Ceremonies,
        box=Shared.secret_box,
        codec=OneTimeTokens.one_time_token_codec,
        tokens=Storage.one_time_tokens,
        clock=Shared.clock,
    )
    assertions: Provider[Assertions] = Singleton(
        Assertions,
        passkeys=Storage.passkeys,
        verifier=passkey_verifier,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )

    begin_passkey = use_case(
        BeginPasskey,
        relying_party=_RELYING_PARTY,
        passkeys=Storage.passkeys,
        ceremonies=ceremonies,
        clock=Shared.clock,
    )
    add_passkey = use_case(
        AddPasskey,
        verifier=passkey_verifier,
        ceremonies=ceremonies,
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
