"""The engines of SQLAlchemy behind a `Database`: pooled, for probes, and without a pool."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from fastauth.adapters.sql.database import sqlite

_SQLITE_POOL_SECONDS = 5
"""Seconds to wait for a connection of the pool: writers of one file wait for each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Engines on one database."""

    pooled: AsyncEngine
    """For requests, in autocommit mode."""
    transactional: AsyncEngine
    """The same pool, with an isolation level for transactions."""
    probes: AsyncEngine
    """For readiness probes, which must not wait for the pool: an exhausted pool is what they report.

    On PostgreSQL it has a single connection, so that many probes cannot open many."""
    unpooled: AsyncEngine
    """Opens a connection for each statement."""

    async def dispose(self) -> None:
        """Close all connections."""
        for engine in (self.pooled, self.probes, self.unpooled):
            await engine.dispose()


def options_of(url: URL, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the options that all engines on `url` share. Its query overrides arguments of the driver."""
    return {
        "hide_parameters": True,  # otherwise SQLAlchemy's errors contain them, hashes included
        # Most repository methods run a single statement, so autocommit is the default.
        "isolation_level": "AUTOCOMMIT",
        "connect_args": {name: value for name, value in arguments.items() if name not in url.query},
    }


def sqlite_engines(url: URL, *, pool_size: int) -> Engines:
    """Return the engines on a SQLite file or an in-memory database."""
    in_memory = url.database in (None, "", ":memory:")
    options = options_of(url, sqlite.ARGUMENTS)
    pooled = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1 if in_memory else pool_size,  # each connection has an in-memory database of its own
        max_overflow=0,
        pool_timeout=_SQLITE_POOL_SECONDS,
        pool_use_lifo=True,
        **options,
    )
    unpooled = pooled if in_memory else create_async_engine(url, poolclass=NullPool, **options)
    for engine in {pooled, unpooled}:
        sqlite.configure_engine(engine.sync_engine)
    transactional = pooled.execution_options()
    sqlite.begin_immediately(transactional.sync_engine)
    return Engines(pooled=pooled, transactional=transactional, probes=unpooled, unpooled=unpooled)
