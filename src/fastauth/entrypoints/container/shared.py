"""Providers that all capabilities use: settings, secret keys, clock, database, instrumentation."""

from collections.abc import Callable as CallableType
from datetime import timedelta
from typing import TypeVar

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Object, Provider, Singleton

from fastauth.adapters.jose import JoseSecretBox
from fastauth.adapters.sql import DEADLINE, AuditColumns, Database
from fastauth.adapters.system_clock import SystemClock
from fastauth.domain.audit.event import EventSource
from fastauth.domain.audit.trail import Retention
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.clock import Clock
from fastauth.domain.list_cursor import CursorCodec
from fastauth.domain.personal_data.erasure import NameDigests
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.secret_key import SecretKey
from fastauth.entrypoints.observability.instrumentation import Instrumentations, instrument_database
from fastauth.entrypoints.request_origin import current_event_source
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.secret_keys import secret_keys
from fastauth.entrypoints.shutdown import GracefulShutdown

Built = TypeVar("Built")


def make_with_keys(kind: CallableType[..., Built], keys: tuple[SecretKey, ...]) -> Built:
    """Call `kind` with the secret keys, the newest first."""
    return kind(*keys)


def _retention(settings: Settings) -> Retention:
    return Retention(
        events=timedelta(days=settings.audit_retention_days),
        addresses=timedelta(days=settings.audit_address_retention_days),
    )


class Shared(DeclarativeContainer):
    """The base of all mixins, with the providers that more than one of them uses."""

    settings: Provider[Settings] = Dependency(instance_of=Settings)
    instrumentations: Provider[Instrumentations] = Object(())
    secret_keys: Provider[tuple[SecretKey, ...]] = Singleton(secret_keys, settings)
    secret_box: Provider[SecretBox] = Singleton(make_with_keys, Object(JoseSecretBox), secret_keys)
    cursor_codec: Provider[CursorCodec] = Singleton(make_with_keys, Object(CursorCodec), secret_keys)
    username_pseudonyms: Provider[UsernamePseudonyms] = Singleton(
        make_with_keys, Object(UsernamePseudonyms), secret_keys
    )
    name_digests: Provider[NameDigests] = Singleton(make_with_keys, Object(NameDigests), secret_keys)
    clock: Provider[Clock] = Singleton(SystemClock)
    shutdown: Provider[GracefulShutdown] = Singleton(
        GracefulShutdown, delay=settings.provided.shutdown_delay_seconds
    )

    database_deadline: Provider[float] = Object(DEADLINE)
    database: Provider[Database] = Singleton(
        instrument_database,
        instrumentations,
        Singleton(
            Database,
            settings.provided.database_url,
            pool_size=settings.provided.database_pool_size,
            prepared_statements=settings.provided.database_prepared_statements,
            deadline=database_deadline,
        ),
    )

    retention: Provider[Retention] = Singleton(_retention, settings)
    event_source: Provider[CallableType[[], EventSource]] = Object(current_event_source)
    audit_columns: Provider[AuditColumns] = Singleton(
        AuditColumns, clock=clock, origin=event_source, keeps_addresses=retention.provided.addresses
    )
