"""Which adapter stands behind which port: the one place where the rooms are joined."""

from collections.abc import Callable as CallableType
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Callable, Dependency, Factory, Object, Provider, Singleton

from fastauth.adapters.jose import RELOAD_AFTER, JoseAccessTokens, JoseKeySmith, TokenTerms
from fastauth.adapters.passwords import (
    KINDS,
    Argon2PasswordHasher,
    BreachedPasswords,
    HashingPool,
    common_passwords,
)
from fastauth.adapters.precis import PrecisUsernameProfile
from fastauth.adapters.seen_usernames import SpooledNameLedger
from fastauth.adapters.sql import (
    DEADLINE,
    Database,
    Scribe,
    SqlAuditTrail,
    SqlEventLog,
    SqlHashCensus,
    SqlSessionCensus,
    SqlSessionRepository,
    SqlSigningKeyRepository,
    SqlSweeper,
    SqlTallyRepository,
    SqlUnitOfWork,
    SqlUserDirectory,
    SqlUserIntake,
    SqlUserRepository,
)
from fastauth.adapters.system_clock import SystemClock
from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.application.accounts.disable_user import DisableUser
from fastauth.application.accounts.enable_user import EnableUser
from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.get_user import ShowUser
from fastauth.application.accounts.import_users import ImportUsers
from fastauth.application.accounts.list_users import ListUsers
from fastauth.application.accounts.register_user import RegisterUser
from fastauth.application.accounts.unlock_user import ReopenUser
from fastauth.application.audit.audit_failures import RecordRefusals
from fastauth.application.audit.purge_events import SweepEvents
from fastauth.application.audit.read_audit_trail import ReadAuditTrail
from fastauth.application.operations.check_readiness import CheckReadiness, ShareReadiness
from fastauth.application.operations.purge_expired import SweepSessions, SweepTallies
from fastauth.application.passwords.change_password import ChangePassword
from fastauth.application.passwords.learn_hash_kinds import LearnHashKinds
from fastauth.application.passwords.set_password import SetPassword
from fastauth.application.rate_limits.rate_limiter import Throttle
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.application.sessions.failure_events import Refusals
from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.application.sessions.log_in import LoggedIn, LogIn
from fastauth.application.sessions.log_out import LogOut
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.application.sessions.revoke_sessions import EndSessions
from fastauth.application.signing_keys.publish_keys import PublishKeys
from fastauth.application.signing_keys.rotate_keys import RotateKeys
from fastauth.domain.accounts.ports import NameLedger, UserDirectory, UserIntake, UserRepository
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.audit.event import Origin
from fastauth.domain.audit.ports import AuditTrail, EventLog
from fastauth.domain.audit.trail import Retention
from fastauth.domain.audit.username_digest import NameDigests
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import Sweeper
from fastauth.domain.passwords.errors import InvalidCredentials, WrongPassword
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import HashCensus, PasswordHasher
from fastauth.domain.rate_limits.counter import TallyKeys
from fastauth.domain.rate_limits.limits import KEPT, Backoff, Budget, Limits
from fastauth.domain.rate_limits.pace import REFRESHES, RENAMES, Pace
from fastauth.domain.rate_limits.ports import TallyRepository
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import Tokens
from fastauth.domain.sessions.device_token import DeviceTokenMint
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenMint
from fastauth.domain.sessions.session import SessionTerms
from fastauth.domain.signing_keys.ports import KeySmith, SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import KeySchedule
from fastauth.domain.unit_of_work import UnitOfWork
from fastauth.entrypoints.observability.instrumentation import (
    Watchers,
    watched_database,
    watched_hashing,
    watched_use_case,
)
from fastauth.entrypoints.request_origin import current_origin
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.secret_keys import secret_keys
from fastauth.entrypoints.shutdown import Stopping
from fastauth.entrypoints.tuning.machine import Machine

Part = TypeVar("Part")

CLIENT_ID = "fastauth"
"""The client of RFC 9068 that every token is issued to: the team's own front end, by password."""


def _hashing_threads(settings: Settings, machine: Machine) -> int:
    """Return this process's share of the cores: all workers together hash on each core once."""
    return max(1, machine.usable_cores // settings.workers)


def _most_hash_memory_kib(settings: Settings, machine: Machine) -> int:
    """Return what one foreign hash may use: half of this process's share of the memory, or what is set."""
    share = machine.usable_memory // (2 * 1024 * settings.workers)
    return settings.foreign_hash_memory_kib or share


def _password_policy(settings: Settings) -> PasswordPolicy:
    strict = settings.password_blocklist
    common = common_passwords(min_length=settings.password_min_length) if strict else frozenset()
    return PasswordPolicy(
        min_length=settings.password_min_length,
        common=common,
        refuse_own_words=strict,
        context_words=settings.password_context_words,
        breached=BreachedPasswords.opened(settings.password_breach_file),
    )


def _refresh_pace(settings: Settings) -> Pace | None:
    """Return how often a session may be refreshed: at least twice in the life of an access token."""
    if not settings.limits:
        return None
    lifetime = timedelta(seconds=settings.access_token_seconds)
    return replace(REFRESHES, interval=min(REFRESHES.interval, lifetime / 2))


def _rename_pace(settings: Settings) -> Pace | None:
    return RENAMES if settings.limits else None


def _session_terms(settings: Settings) -> SessionTerms:
    return SessionTerms(
        idle=timedelta(days=settings.refresh_idle_days),
        absolute=timedelta(days=settings.refresh_absolute_days),
        grace=timedelta(seconds=settings.refresh_grace_seconds),
        at_most=settings.sessions_per_account,
        pace=_refresh_pace(settings),
    )


def _token_terms(settings: Settings) -> TokenTerms:
    return TokenTerms(
        issuer=settings.issuer_url,
        audience=settings.audience or settings.issuer_url,
        client_id=CLIENT_ID,
        lifetime=timedelta(seconds=settings.access_token_seconds),
        issuer_is_guessed=not settings.issuer,
    )


def _key_schedule(settings: Settings) -> KeySchedule:
    """Return when keys come and go; other processes may know of a key so much later."""
    return KeySchedule(
        lead=timedelta(seconds=settings.jwks_max_age) + 2 * RELOAD_AFTER,
        rotation=timedelta(days=settings.signing_key_days),
        afterlife=timedelta(seconds=settings.access_token_seconds) + 2 * RELOAD_AFTER,
    )


def _limits(settings: Settings) -> Limits | None:
    if not settings.limits:
        return None
    minute, five_minutes, in_a_row = timedelta(minutes=1), timedelta(minutes=5), settings.limit_in_a_row
    return Limits(
        log_ins=Budget(settings.limit_log_ins, minute),
        device_log_ins=Budget(10 * settings.limit_log_ins, minute),
        failures=Budget(settings.limit_failures, minute),
        registrations=Budget(settings.limit_registrations, minute),
        guesses=Budget(settings.limit_guesses, five_minutes),
        strangers=Backoff(
            timedelta(seconds=1), timedelta(seconds=settings.limit_delay_seconds), at_most=in_a_row
        ),
        owners=Budget(settings.limit_owner_guesses, five_minutes, at_most=in_a_row, kept=KEPT),
    )


def _keyed(kind: CallableType[..., Part], keys: tuple[SecretKey, ...]) -> Part:
    return kind(*keys)


def _tally_keys(keys: tuple[SecretKey, ...]) -> TallyKeys:
    return TallyKeys(keys[0])


def _retention(settings: Settings) -> Retention:
    return Retention(
        events=timedelta(days=settings.audit_days), addresses=timedelta(days=settings.audit_address_days)
    )


def _reserved_usernames(settings: Settings, profile: UsernameProfile) -> frozenset[str]:
    return frozenset(Username.recognise(name, profile).key for name in settings.reserved_usernames)


def _use_case(watchers: Provider[Watchers], kind: type[Part], **parts: Provider[Any]) -> Provider[Part]:
    return Singleton(watched_use_case, watchers, Singleton(kind, **parts))


class Container(DeclarativeContainer):
    """Everything the service is made of.

    Any part can be replaced by an argument: ``Container(settings=..., users=FakeUserRepository())``.
    """

    settings: Provider[Settings] = Dependency(instance_of=Settings)
    watchers: Provider[Watchers] = Object(())

    # What the policy of an operator comes down to.
    secret_keys: Provider[tuple[SecretKey, ...]] = Singleton(secret_keys, settings)
    password_policy: Provider[PasswordPolicy] = Singleton(_password_policy, settings)
    session_terms: Provider[SessionTerms] = Singleton(_session_terms, settings)
    token_terms: Provider[TokenTerms] = Singleton(_token_terms, settings)
    key_schedule: Provider[KeySchedule] = Singleton(_key_schedule, settings)
    refresh_tokens: Provider[RefreshTokenMint] = Singleton(_keyed, Object(RefreshTokenMint), secret_keys)
    device_tokens: Provider[DeviceTokenMint] = Singleton(_keyed, Object(DeviceTokenMint), secret_keys)
    tally_keys: Provider[TallyKeys] = Singleton(_tally_keys, secret_keys)
    name_digests: Provider[NameDigests] = Singleton(_keyed, Object(NameDigests), secret_keys)
    retention: Provider[Retention] = Singleton(_retention, settings)
    origin: Provider[CallableType[[], Origin]] = Object(current_origin)

    stopping: Provider[Stopping] = Singleton(Stopping, delay=settings.provided.shutdown_delay_seconds)

    usernames: Provider[UsernameProfile] = Singleton(PrecisUsernameProfile)
    reserved_usernames: Provider[frozenset[str]] = Singleton(_reserved_usernames, settings, usernames)

    # What is shared by several adapters.
    database_deadline: Provider[float] = Object(DEADLINE)
    database: Provider[Database] = Singleton(
        watched_database,
        watchers,
        Singleton(
            Database,
            settings.provided.database_url,
            pool_size=settings.provided.database_pool_size,
            prepared_statements=settings.provided.database_prepared_statements,
            deadline=database_deadline,
        ),
    )
    machine: Provider[Machine] = Singleton(Machine.here)
    hashing_threads: Provider[int] = Callable(_hashing_threads, settings, machine)
    hashing_pool: Provider[HashingPool] = Singleton(
        watched_hashing, watchers, Singleton(HashingPool, threads=hashing_threads)
    )

    # The adapter behind each port.
    clock: Provider[Clock] = Singleton(SystemClock)
    scribe: Provider[Scribe] = Singleton(
        Scribe, clock=clock, origin=origin, keeps_addresses=retention.provided.addresses
    )
    users: Provider[UserRepository] = Singleton(
        SqlUserRepository, connections=database.provided.autocommit, scribe=scribe
    )
    directory: Provider[UserDirectory] = Singleton(SqlUserDirectory, connections=database.provided.autocommit)
    intake: Provider[UserIntake] = Singleton(SqlUserIntake, connections=database.provided.autocommit)
    ledger: Provider[NameLedger] = Factory(SpooledNameLedger)
    sessions: Provider[SessionRepository] = Singleton(
        SqlSessionRepository, connections=database.provided.autocommit, scribe=scribe
    )
    signing_keys: Provider[SigningKeyRepository] = Singleton(
        SqlSigningKeyRepository, connections=database.provided.autocommit, scribe=scribe
    )
    probed_keys: Provider[SigningKeyRepository] = Singleton(
        SqlSigningKeyRepository, connections=database.provided.probes, scribe=scribe
    )
    tallies: Provider[TallyRepository] = Singleton(
        SqlTallyRepository, connections=database.provided.autocommit
    )
    census: Provider[SqlSessionCensus] = Singleton(
        SqlSessionCensus, connections=database.provided.apart, clock=clock
    )
    hash_census: Provider[HashCensus] = Singleton(
        SqlHashCensus, connections=database.provided.probes, prefixes=Object(KINDS)
    )
    sweeper: Provider[Sweeper] = Singleton(SqlSweeper, connections=database.provided.autocommit)
    unit_of_work: Provider[UnitOfWork] = Singleton(
        SqlUnitOfWork, transactions=database.provided.transactions, scribe=scribe
    )
    events: Provider[EventLog] = Singleton(
        SqlEventLog, connections=database.provided.autocommit, scribe=scribe
    )
    audit_trail: Provider[AuditTrail] = Singleton(SqlAuditTrail, connections=database.provided.autocommit)
    hasher: Provider[PasswordHasher] = Singleton(
        Argon2PasswordHasher,
        pool=hashing_pool,
        memory_kib=settings.provided.argon2_memory_kib,
        time_cost=settings.provided.argon2_time_cost,
        parallelism=settings.provided.argon2_parallelism,
        most_memory_kib=Callable(_most_hash_memory_kib, settings, machine),
    )
    smith: Provider[KeySmith] = Singleton(
        JoseKeySmith, algorithm=settings.provided.signing_algorithm, secret_keys=secret_keys
    )
    access_tokens: Provider[AccessTokens] = Singleton(
        JoseAccessTokens, keys=signing_keys, smith=smith, terms=token_terms, clock=clock
    )

    # The use cases.
    use_case = partial(_use_case, watchers)
    learn_hash_kinds: Provider[LearnHashKinds] = use_case(LearnHashKinds, census=hash_census, hasher=hasher)
    throttle: Provider[Throttle] = Singleton(
        Throttle, tallies=tallies, keys=tally_keys, limits=Callable(_limits, settings), clock=clock
    )
    register_user: Provider[RegisterUser] = use_case(
        RegisterUser,
        throttle=throttle,
        users=users,
        hasher=hasher,
        usernames=usernames,
        passwords=password_policy,
        reserved=reserved_usernames,
    )
    refusals: Provider[Refusals] = Singleton(
        Refusals,
        events=events,
        names=name_digests,
        usernames=usernames,
        refresh_tokens=refresh_tokens,
        clock=clock,
    )
    _log_in = use_case(
        LogIn,
        throttle=throttle,
        devices=device_tokens,
        users=users,
        hasher=hasher,
        usernames=usernames,
        sessions=sessions,
        refresh_tokens=refresh_tokens,
        access_tokens=access_tokens,
        terms=session_terms,
        clock=clock,
    )
    log_in: Provider[RecordRefusals[..., LoggedIn]] = Singleton(
        RecordRefusals, use_case=_log_in, refusal=InvalidCredentials, record=refusals.provided.log_in
    )
    _refresh_session = use_case(
        RefreshSession,
        sessions=sessions,
        unit_of_work=unit_of_work,
        refresh_tokens=refresh_tokens,
        access_tokens=access_tokens,
        terms=session_terms,
        clock=clock,
    )
    refresh_session: Provider[RecordRefusals[..., Tokens]] = Singleton(
        RecordRefusals,
        use_case=_refresh_session,
        refusal=InvalidRefreshToken,
        record=refusals.provided.refresh,
    )
    authenticate: Provider[Authenticate] = use_case(
        Authenticate, access_tokens=access_tokens, sessions=sessions, clock=clock
    )
    list_sessions: Provider[ListSessions] = use_case(ListSessions, sessions=sessions, clock=clock)
    log_out: Provider[LogOut] = use_case(LogOut, unit_of_work=unit_of_work, clock=clock)
    _change_password = use_case(
        ChangePassword,
        throttle=throttle,
        hasher=hasher,
        passwords=password_policy,
        unit_of_work=unit_of_work,
        clock=clock,
    )
    change_password: Provider[RecordRefusals[..., None]] = Singleton(
        RecordRefusals,
        use_case=_change_password,
        refusal=WrongPassword,
        record=refusals.provided.password_change,
    )
    change_full_name: Provider[ChangeFullName] = use_case(
        ChangeFullName, users=users, pace=Callable(_rename_pace, settings), clock=clock
    )
    find_user: Provider[FindUser] = use_case(FindUser, users=users, usernames=usernames)
    disable_user: Provider[DisableUser] = use_case(
        DisableUser, find_user=find_user, unit_of_work=unit_of_work, clock=clock
    )
    enable_user: Provider[EnableUser] = use_case(
        EnableUser, find_user=find_user, unit_of_work=unit_of_work, clock=clock
    )
    reopen_user: Provider[ReopenUser] = use_case(
        ReopenUser,
        find_user=find_user,
        throttle=throttle,
        unit_of_work=unit_of_work,
        clock=clock,
    )
    list_users: Provider[ListUsers] = use_case(ListUsers, directory=directory)
    show_user: Provider[ShowUser] = use_case(ShowUser, find_user=find_user, sessions=sessions, clock=clock)
    end_sessions: Provider[EndSessions] = use_case(
        EndSessions, find_user=find_user, unit_of_work=unit_of_work, clock=clock
    )
    set_password: Provider[SetPassword] = use_case(
        SetPassword,
        find_user=find_user,
        hasher=hasher,
        passwords=password_policy,
        unit_of_work=unit_of_work,
        throttle=throttle,
        clock=clock,
    )
    import_users: Provider[ImportUsers] = use_case(
        ImportUsers, intake=intake, hasher=hasher, usernames=usernames, ledger=ledger.provider, clock=clock
    )
    publish_keys: Provider[PublishKeys] = use_case(
        PublishKeys, keys=signing_keys, schedule=key_schedule, clock=clock
    )
    rotate_keys: Provider[RotateKeys] = use_case(
        RotateKeys, keys=signing_keys, smith=smith, schedule=key_schedule, clock=clock
    )
    read_audit_trail: Provider[ReadAuditTrail] = use_case(
        ReadAuditTrail, trail=audit_trail, users=users, usernames=usernames, names=name_digests
    )
    sweep_sessions: Provider[SweepSessions] = use_case(SweepSessions, sweeper=sweeper, clock=clock)
    sweep_tallies: Provider[SweepTallies] = use_case(SweepTallies, sweeper=sweeper, clock=clock)
    _check_readiness = use_case(CheckReadiness, storage=database, keys=probed_keys, smith=smith, clock=clock)
    check_readiness: Provider[ShareReadiness] = Singleton(ShareReadiness, check=_check_readiness, clock=clock)
    sweep_events: Provider[SweepEvents] = use_case(SweepEvents, sweeper=sweeper, kept=retention, clock=clock)
