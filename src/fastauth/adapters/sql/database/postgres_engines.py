"""The engines on a PostgreSQL server. Only a `Database` on one imports this module: psycopg is large."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from fastauth.adapters.sql.database import postgres
from fastauth.adapters.sql.database.connection_limit import ConnectionLimit
from fastauth.adapters.sql.database.engines import Engines, options_of
from fastauth.adapters.sql.database.postgres_connection import AbortOnCancelConnection
from fastauth.adapters.sql.database.postgres_connector import PostgresConnector
from fastauth.adapters.sql.database.session_settings import STATEMENT_SECONDS

_POOL_SECONDS = 1
"""Seconds to wait for a connection of the pool."""


class PostgresServer(NamedTuple):
    """The engines on a server, what opens their connections, and what bounds the number of these."""

    engines: Engines
    connector: PostgresConnector
    limit: ConnectionLimit


def postgres_server(
    url: URL, *, pool_size: int, prepared_statements: bool | None, statement_seconds: float | None
) -> PostgresServer:
    """Return the engines on a PostgreSQL server.

    `statement_seconds` is the time after which the server ends a statement; ``None`` is `STATEMENT_SECONDS`.
    """
    limit = ConnectionLimit(pool_size)
    connector = PostgresConnector(
        limit=limit,
        prepared_statements=prepared_statements,
        statement_seconds=statement_seconds or STATEMENT_SECONDS,
    )
    return PostgresServer(_engines(url, pool_size=pool_size, connector=connector), connector, limit)


def _engines(url: URL, *, pool_size: int, connector: PostgresConnector) -> Engines:
    options = _options(url, connector.connect)
    pooled = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_use_lifo=True,  # reuse few connections often, so that they need no ping
        pool_recycle=postgres.MAX_CONNECTION_SECONDS,
        **options,
    )
    options = _options(url, connector.connect_unpooled)
    unpooled = create_async_engine(url, poolclass=NullPool, **options)
    probes = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0, **options)
    for engine in (pooled, probes, unpooled):
        postgres.configure_engine(engine.sync_engine, connector)
    transactional = pooled.execution_options(isolation_level="READ COMMITTED")
    return Engines(pooled=pooled, transactional=transactional, probes=probes, unpooled=unpooled)


def _options(url: URL, connect: Callable[..., Awaitable[AbortOnCancelConnection]]) -> dict[str, Any]:
    return {
        **options_of(url, {**postgres.ARGUMENTS, "async_creator_fn": connect}),
        "skip_autocommit_rollback": True,  # only transactions have something to roll back
    }
