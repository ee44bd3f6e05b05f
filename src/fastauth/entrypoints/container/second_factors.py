"""Providers of second factors."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from dependency_injector.providers import Callable, Object, Provider, Singleton

from fastauth.adapters.pyotp import PyotpCodes
from fastauth.adapters.segno import SegnoQrCodes
from fastauth.application.second_factors.confirm_totp import ConfirmTotp
from fastauth.application.second_factors.enrol_totp import EnrolTotp
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.application.second_factors.get_second_factors import GetSecondFactors
from fastauth.application.second_factors.make_recovery_codes import MakeRecoveryCodes
from fastauth.application.second_factors.remove_totp import RemoveTotp
from fastauth.application.second_factors.reset_second_factors import ResetSecondFactors
from fastauth.application.second_factors.totp_matcher import TotpMatcher
from fastauth.application.second_factors.verifier import SecondFactorVerifier
from fastauth.application.second_factors.verify_factor import VerifyFactor
from fastauth.application.second_factors.verify_recovery_code import VerifyRecoveryCode
from fastauth.application.second_factors.verify_totp import VerifyTotp
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.recovery_code import RecoveryCodeCodec
from fastauth.domain.second_factors.totp_codes import QrCodes, TotpCodes
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.passkey_verification import PasskeyVerification
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import use_case
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.brand import DEFAULT_NAME


def issuer_in_apps(settings: Settings) -> str:
    """Return the name that authenticator apps show: the organisation's, or the host of the pages.

    A colon would end it (Key URI Format of Google Authenticator).
    """
    if settings.brand_name != DEFAULT_NAME:
        return settings.brand_name.replace(":", " ")
    return urlsplit(settings.public_url).hostname or DEFAULT_NAME


def _by_method(**verifiers: SecondFactorVerifier) -> Mapping[SecondFactorMethod, SecondFactorVerifier]:
    return {SecondFactorMethod(name): verifier for name, verifier in verifiers.items()}


class SecondFactors(Shared):
    """See `fastauth.domain.second_factors`; the repository is in `Storage`."""

    totp_codes: Provider[TotpCodes] = Singleton(PyotpCodes)
    totp_matcher: Provider[TotpMatcher] = Singleton(
        TotpMatcher,
        secret_box=Shared.secret_box,
        codes=totp_codes,
        window=Shared.settings.provided.totp_window,
    )
    qr_codes: Provider[QrCodes] = Singleton(SegnoQrCodes)
    recovery_code_codec: Provider[RecoveryCodeCodec] = Singleton(
        make_with_keys, Object(RecoveryCodeCodec), Shared.secret_keys
    )
    factor_changes: Provider[FactorChanges] = Singleton(FactorChanges, recovery_codes=recovery_code_codec)

    enrol_totp = use_case(
        EnrolTotp,
        factors=Storage.second_factors,
        secret_box=Shared.secret_box,
        codes=totp_codes,
        qr_codes=qr_codes,
        limiter=RateLimits.mail_limiter,
        issuer=Callable(issuer_in_apps, Shared.settings),
        clock=Shared.clock,
    )
    confirm_totp = use_case(
        ConfirmTotp,
        unit_of_work=Storage.unit_of_work,
        matcher=totp_matcher,
        changes=factor_changes,
        clock=Shared.clock,
    )
    remove_totp = use_case(
        RemoveTotp,
        unit_of_work=Storage.unit_of_work,
        limiter=RateLimits.mail_limiter,
        changes=factor_changes,
        clock=Shared.clock,
    )
    make_recovery_codes = use_case(
        MakeRecoveryCodes,
        unit_of_work=Storage.unit_of_work,
        limiter=RateLimits.mail_limiter,
        changes=factor_changes,
        clock=Shared.clock,
    )
    get_second_factors = use_case(GetSecondFactors, factors=Storage.second_factors)
    reset_second_factors = use_case(
        ResetSecondFactors,
        find_user=Accounts.find_user,
        unit_of_work=Storage.unit_of_work,
        changes=factor_changes,
        clock=Shared.clock,
    )
    second_factor_verifiers: Provider[Mapping[SecondFactorMethod, SecondFactorVerifier]] = Singleton(
        _by_method,
        totp=Singleton(
            VerifyTotp,
            factors=Storage.second_factors,
            matcher=totp_matcher,
            unit_of_work=Storage.unit_of_work,
        ),
        passkey=PasskeyVerification.verify_passkey,
        recovery_code=Singleton(
            VerifyRecoveryCode, recovery_codes=recovery_code_codec, unit_of_work=Storage.unit_of_work
        ),
    )
    verify_factor = use_case(VerifyFactor, verifiers=second_factor_verifiers, events=Storage.events)
