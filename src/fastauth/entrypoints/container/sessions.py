"""Providers of sessions and their tokens."""

from dataclasses import replace
from datetime import timedelta

from dependency_injector.providers import Object, Provider, Singleton

from fastauth.adapters.jose import AccessTokenPolicy, JoseAccessTokens
from fastauth.application.sessions.account_names import AccountNames
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.application.sessions.complete_log_in import CompleteLogIn
from fastauth.application.sessions.end_other_sessions import EndOtherSessions
from fastauth.application.sessions.failure_events import FailureEvents
from fastauth.application.sessions.get_account_overview import GetAccountOverview
from fastauth.application.sessions.get_own_account import GetOwnAccount
from fastauth.application.sessions.issue_challenge import IssueChallenge
from fastauth.application.sessions.limited_access_tokens import LimitedAccessTokens
from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.application.sessions.log_in import LogIn
from fastauth.application.sessions.log_out import LogOut
from fastauth.application.sessions.login_start import LoginStart
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.application.sessions.revoke_sessions import RevokeSessions
from fastauth.application.sessions.session_start import SessionStart
from fastauth.application.sessions.session_step_up import SessionStepUp
from fastauth.application.sessions.step_up import StepUp
from fastauth.application.sessions.step_up_with_factor import StepUpWithFactor
from fastauth.domain.passwords.errors import InvalidCredentials, WrongPassword
from fastauth.domain.rate_limits.burst_limit import REFRESHES, BurstLimit
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.ports import AccessTokens
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import SessionPolicy
from fastauth.entrypoints.container.accounts import Accounts
from fastauth.entrypoints.container.one_time_tokens import OneTimeTokens
from fastauth.entrypoints.container.password_hashing import PasswordHashing
from fastauth.entrypoints.container.rate_limits import RateLimits
from fastauth.entrypoints.container.second_factors import SecondFactors
from fastauth.entrypoints.container.shared import Shared, make_with_keys
from fastauth.entrypoints.container.signing_keys import SigningKeys
from fastauth.entrypoints.container.storage import Storage
from fastauth.entrypoints.container.use_cases import audited, use_case
from fastauth.entrypoints.settings import Settings

CLIENT_ID = "fastauth"
"""The ``client_id`` (RFC 9068) of all tokens: the first-party front end, which logs in by password."""


def _refresh_limit(settings: Settings) -> BurstLimit | None:
    """Return the limit on refreshes of a session: at least twice in the lifetime of an access token."""
    if not settings.rate_limits:
        return None
    lifetime = timedelta(seconds=settings.access_token_seconds)
    return replace(REFRESHES, interval=min(REFRESHES.interval, lifetime / 2))


def _session_policy(settings: Settings) -> SessionPolicy:
    return SessionPolicy(
        idle_timeout=timedelta(days=settings.session_idle_timeout_days),
        absolute_timeout=timedelta(days=settings.session_absolute_timeout_days),
        rotation_grace=timedelta(seconds=settings.refresh_grace_seconds),
        max_sessions=settings.max_sessions_per_account,
        refresh_limit=_refresh_limit(settings),
    )


def _access_token_policy(settings: Settings) -> AccessTokenPolicy:
    return AccessTokenPolicy(
        issuer=settings.issuer_url,
        audience=settings.audience or settings.issuer_url,
        client_id=CLIENT_ID,
        lifetime=timedelta(seconds=settings.access_token_seconds),
        issuer_is_default=not settings.issuer,
    )


class Sessions(Shared):
    """See `fastauth.domain.sessions`."""

    session_policy: Provider[SessionPolicy] = Singleton(_session_policy, Shared.settings)
    access_token_policy: Provider[AccessTokenPolicy] = Singleton(_access_token_policy, Shared.settings)
    refresh_tokens: Provider[RefreshTokenCodec] = Singleton(
        make_with_keys, Object(RefreshTokenCodec), Shared.secret_keys
    )
    device_tokens: Provider[DeviceTokens] = Singleton(
        make_with_keys, Object(DeviceTokens), Shared.secret_keys
    )
    signed_access_tokens: Provider[AccessTokens] = Singleton(
        JoseAccessTokens,
        keys=Storage.signing_keys,
        key_generator=SigningKeys.key_generator,
        policy=access_token_policy,
        clock=Shared.clock,
        revoked=Storage.revoked_tokens,
    )
    access_tokens: Provider[AccessTokens] = Singleton(
        LimitedAccessTokens, inner=signed_access_tokens, policy=Shared.settings.provided.second_factor
    )
    account_names: Provider[AccountNames] = Singleton(
        AccountNames,
        username_profile=Accounts.usernames,
        address_profile=Accounts.address_profile,
        email_addresses=Storage.email_addresses,
    )
    failure_events: Provider[FailureEvents] = Singleton(
        FailureEvents,
        events=Storage.events,
        pseudonyms=Shared.username_pseudonyms,
        account_names=account_names,
        refresh_tokens=refresh_tokens,
        clock=Shared.clock,
    )
    session_start: Provider[SessionStart] = Singleton(
        SessionStart,
        sessions=Storage.sessions,
        access_tokens=access_tokens,
        unit_of_work=Storage.unit_of_work,
        notices=Storage.notices,
        policy=session_policy,
    )
    login_start: Provider[LoginStart] = Singleton(
        LoginStart,
        session_start=session_start,
        refresh_tokens=refresh_tokens,
        device_tokens=device_tokens,
        policy=session_policy,
        clock=Shared.clock,
    )
    session_step_up: Provider[SessionStepUp] = Singleton(
        SessionStepUp,
        sessions=Storage.sessions,
        access_tokens=access_tokens,
        unit_of_work=Storage.unit_of_work,
        clock=Shared.clock,
    )

    log_in = audited(
        use_case(
            LogIn,
            rate_limiter=RateLimits.rate_limiter,
            device_tokens=device_tokens,
            passwords=Storage.passwords,
            hasher=PasswordHashing.hasher,
            account_names=account_names,
            login_start=login_start,
            issue_challenge=Singleton(
                IssueChallenge,
                challenges=Storage.challenges,
                tokens=OneTimeTokens.one_time_token_codec,
                secret_box=Shared.secret_box,
                clock=Shared.clock,
            ),
            clock=Shared.clock,
        ),
        InvalidCredentials,
        failure_events.provided.record_login_failure,
    )
    complete_log_in = use_case(
        CompleteLogIn,
        tokens=OneTimeTokens.one_time_token_codec,
        challenges=Storage.challenges,
        secret_box=Shared.secret_box,
        verify_factor=SecondFactors.verify_factor,
        login_start=login_start,
        clock=Shared.clock,
    )
    refresh_session = audited(
        use_case(
            RefreshSession,
            sessions=Storage.sessions,
            roles=Storage.roles,
            unit_of_work=Storage.unit_of_work,
            refresh_tokens=refresh_tokens,
            access_tokens=access_tokens,
            policy=session_policy,
            clock=Shared.clock,
        ),
        InvalidRefreshToken,
        failure_events.provided.record_renewal_failure,
    )
    get_account_overview = use_case(
        GetAccountOverview,
        reader=Storage.account_facts,
        policy=Shared.settings.provided.second_factor,
        clock=Shared.clock,
    )
    get_own_account = use_case(GetOwnAccount, access_tokens=access_tokens, get_overview=get_account_overview)
    authenticate = use_case(
        Authenticate, access_tokens=access_tokens, sessions=Storage.sessions, clock=Shared.clock
    )
    step_up = audited(
        use_case(
            StepUp,
            rate_limiter=RateLimits.rate_limiter,
            passwords=Storage.passwords,
            hasher=PasswordHashing.hasher,
            session_step_up=session_step_up,
            clock=Shared.clock,
        ),
        WrongPassword,
        failure_events.provided.record_step_up_failure,
    )
    step_up_with_factor = use_case(
        StepUpWithFactor,
        rate_limiter=RateLimits.rate_limiter,
        passwords=Storage.passwords,
        verify_factor=SecondFactors.verify_factor,
        factors=Storage.second_factors,
        session_step_up=session_step_up,
        clock=Shared.clock,
    )
    list_sessions = use_case(ListSessions, sessions=Storage.sessions, clock=Shared.clock)
    log_out = use_case(LogOut, unit_of_work=Storage.unit_of_work, clock=Shared.clock)
    end_other_sessions = use_case(EndOtherSessions, unit_of_work=Storage.unit_of_work, clock=Shared.clock)
    revoke_sessions = use_case(
        RevokeSessions, find_user=Accounts.find_user, unit_of_work=Storage.unit_of_work, clock=Shared.clock
    )
