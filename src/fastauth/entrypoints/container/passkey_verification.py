"""Providers of the verification of passkeys, which second factors use as well."""

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.passkeys import WebauthnPasskeyVerifier
from fastauth.application.passkeys.assertions import Assertions
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.passkeys.verify_passkey import VerifyPasskey
from fastauth.domain.passkeys.ports import PasskeyVerifier
from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.container.storage import Storage


class PasskeyVerification(Shared):
    """See `fastauth.domain.passkeys`."""

    relying_party: Provider[RelyingParty | None] = Shared.settings.provided.relying_party
    passkey_verifier: Provider[PasskeyVerifier] = Singleton(WebauthnPasskeyVerifier, relying_party)
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
    verify_passkey: Provider[VerifyPasskey] = Singleton(
        VerifyPasskey, ceremonies=ceremonies, assertions=assertions
    )
