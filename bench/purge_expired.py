"""Duration of the purge of expired sessions in a large table: ``python -m bench.purge_expired --million 20``.

Fills a temporary PostgreSQL with sessions of half as many users. A quarter of the sessions expired or
ended more than a day ago. Purges until no such session is left. Twenty million sessions take about 13 GB
in the directory for temporary files, and some minutes. The use case, its statements and their time limit
are those of the service; only the pause between two rounds is left out.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import psycopg
from bench.results import percentile
from bench.runs import conditions
from bench.servers import FASTAUTH, fastauth
from sqlalchemy import make_url
from tests.harness.postgres import own_postgres

from fastauth.adapters.sql import CountActiveSessions, Database, SqlExpiredRows
from fastauth.adapters.system_clock import SystemClock
from fastauth.application.operations.purge_rows import PURGE_INTERVAL, PurgeRows
from fastauth.domain.audit.trail import Retention
from fastauth.domain.operations.purges import Expired, all_purges

TABLES = ("user_info", "session")
COUNTS = 20

_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE (conrelid::regclass::text = ANY(%s) OR confrelid::regclass::text = ANY(%s))
  AND contype IN ('p', 'u', 'f') ORDER BY contype = 'f'
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
_USERS = """
INSERT INTO user_info (username, username_key, password, fullname)
SELECT 'user-' || number, 'user-' || number, '!', 'Santosh Kumar' FROM generate_series(1, %s) AS number
"""
_SESSIONS = """
INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at,
  refresh_digest, refresh_expires_at, ended_at, sweep_at)
SELECT substr(md5(number::text), 1, 22), 1 + (number * 7919) %% %s,
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', '192.0.2.' || number %% 256,
  used - interval '2 days', used, used + interval '28 days', decode(md5(number::text), 'hex'),
  used + interval '7 days', ended, date_trunc('day', used + interval '7 days') + interval '1 day'
FROM (
  SELECT number, CASE WHEN number %% 8 = 0 THEN now() - interval '2 days' * (1 + random()) END AS ended,
    CASE WHEN number %% 8 = 1 THEN now() - interval '9 days' - interval '5 days' * random()
      ELSE now() - interval '5 days' * random() END AS used
  FROM generate_series(1::bigint, %s) AS number
) AS made
"""
"""One in eight has ended and one in eight has expired, spread over the table."""

_SCANS = "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = ANY(%s)"


@dataclass
class SteppedClock:
    """A clock that advances by the interval of the purge with each round."""

    began: datetime
    rounds: int = 0

    def now(self) -> datetime:
        """Return the time of the current round."""
        return self.began + self.rounds * PURGE_INTERVAL


@dataclass
class TimedExpiredRows(SqlExpiredRows):
    """Measures the duration of each batch of sessions."""

    database: Database
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Use the connections that the service uses."""
        super().__init__(connections=self.database.autocommit)

    async def purge(self, rows: Expired, *, before: datetime, limit: int) -> int:
        """Purge a batch, and keep its duration in seconds."""
        began = monotonic()
        removed_now = await super().purge(rows, before=before, limit=limit)
        self.seconds.append(monotonic() - began)
        return removed_now


@contextmanager
def without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Drop indexes and constraints, and build them afterwards: row by row that takes hours."""
    constraints = connection.execute(_CONSTRAINTS, [list(TABLES), list(TABLES)]).fetchall()
    for table, name, _ in reversed(constraints):
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    indexes = connection.execute(_INDEXES, [list(TABLES)]).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    for table, name, definition in constraints:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
    for _, definition in indexes:
        connection.execute(definition.encode())


def fill(url: str, sessions: int) -> None:
    """Create the schema and the rows."""
    with fastauth(FASTAUTH, url):
        pass  # its start migrated the database
    users = max(1, sessions // 2)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        with without_indexes(connection):
            connection.execute(_USERS, [users])
            connection.execute(_SESSIONS, [users, sessions])
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def purge_all(url: str) -> None:
    """Purge until no expired session is left, and print the duration of the batches."""
    database = Database(make_url(url).set(drivername="postgresql+psycopg"))
    expired_rows, clock = TimedExpiredRows(database), SteppedClock(SystemClock().now())
    sessions = next(purge for purge in all_purges(Retention()) if purge.task == "sessions")
    purge = PurgeRows(purge=sessions, expired_rows=expired_rows, clock=clock)
    scans, began, removed = _scans(url), monotonic(), 0
    try:
        while removed_now := await purge():
            removed += removed_now
            clock.rounds += 1
            if clock.rounds % 10 == 0:
                print(f"{removed:>10,} rows after {monotonic() - began:.0f} s", flush=True)
        seconds = monotonic() - began
        print(
            f"{removed:,} rows in {clock.rounds + 1} rounds, {seconds:.0f} s, {removed / seconds:,.0f} rows/s"
        )
        _print_percentiles("batches", expired_rows.seconds)
        idle = len(expired_rows.seconds)
        for _ in range(COUNTS):
            clock.rounds += 1
            await purge()
        _print_percentiles("rounds without expired sessions", expired_rows.seconds[idle:])
        count_sessions, counting = CountActiveSessions(connections=database.unpooled, clock=clock), []
        for _ in range(COUNTS):
            began = monotonic()
            counted = await count_sessions()
            counting.append(monotonic() - began)
        _print_percentiles(f"counts of live sessions ({counted:,})", counting)
    finally:
        await database.close()
    print(f"sequential scans of {' and '.join(TABLES)}: {_scans(url) - scans}")


def _print_percentiles(what: str, seconds: list[float]) -> None:
    p50, p99, maximum = (f"{percentile(seconds, share) * 1000:.1f}" for share in (0.5, 0.99, 1))
    print(f"{len(seconds)} {what}: p50 {p50} ms, p99 {p99} ms, maximum {maximum} ms")


def _scans(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(_SCANS, [list(TABLES)]).fetchone()
    assert found
    return int(found[0])


def main() -> None:
    """Fill the table, purge it, and print the durations."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.purge_expired", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--million", type=float, default=1, help="million sessions")
    sessions = int(parser.parse_args().million * 1_000_000)
    print(conditions())
    with own_postgres() as postgres:
        began = monotonic()
        fill(postgres.url, sessions)
        print(f"{sessions:,} sessions made in {monotonic() - began:.0f} s", flush=True)
        asyncio.run(purge_all(postgres.url))


if __name__ == "__main__":
    main()
