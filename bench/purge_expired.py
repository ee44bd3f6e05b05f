"""Whether the sweep of sessions keeps up with large tables: ``python -m bench.purge_expired --million 20``.

Fills a PostgreSQL of its own with so many sessions of half as many users, of which a quarter has been
over for more than a day, and sweeps until nothing is left to sweep. Twenty millions take about 13 GB in
the directory for temporary files, and some minutes. The use case, its statements and their time limit
are the service's; only the pause between two rounds is left out.
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
from fastauth.application.operations.purge_expired import EVERY, PurgeSessions

TABLES = ("user_info", "session")
CENSUSES = 20

_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'u', 'f') ORDER BY contype = 'f'
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
"""One in eight was ended, one in eight has expired, in no order of the table."""

_SCANS = "SELECT sum(seq_scan) FROM pg_stat_user_tables WHERE relname = ANY(%s)"


@dataclass
class LaterEachRound:
    """A clock that one round of the sweep finds as late as a real one would."""

    began: datetime
    rounds: int = 0

    def now(self) -> datetime:
        """Return the time of this round."""
        return self.began + self.rounds * EVERY


@dataclass
class TimedSweeper(SqlExpiredRows):
    """Times each batch of sessions."""

    database: Database
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sweep as the service does."""
        super().__init__(connections=self.database.autocommit)

    async def purge_sessions(self, *, over_since: datetime, at_most: int) -> int:
        """Sweep, and note how long that took."""
        began = monotonic()
        swept = await super().purge_sessions(over_since=over_since, at_most=at_most)
        self.seconds.append(monotonic() - began)
        return swept


@contextmanager
def without_indexes(connection: psycopg.Connection) -> Iterator[None]:
    """Rebuild indexes and constraints afterwards: to write each of them row by row takes hours."""
    constraints = connection.execute(_CONSTRAINTS, [list(TABLES)]).fetchall()
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
    """Make a schema, and fill it."""
    with fastauth(FASTAUTH, url):
        pass  # it has migrated
    users = max(1, sessions // 2)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        with without_indexes(connection):
            connection.execute(_USERS, [users])
            connection.execute(_SESSIONS, [users, sessions])
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def sweep(url: str) -> None:
    """Sweep until there is nothing left, and say how long each batch took."""
    database = Database(make_url(url).set(drivername="postgresql+psycopg"))
    sweeper, clock = TimedSweeper(database), LaterEachRound(SystemClock().now())
    sweep_once = PurgeSessions(expired_rows=sweeper, clock=clock)
    scans, began, removed = _scans(url), monotonic(), 0
    try:
        while swept := await sweep_once():
            removed += swept
            clock.rounds += 1
            if clock.rounds % 10 == 0:
                print(f"{removed:>10,} rows after {monotonic() - began:.0f} s", flush=True)
        seconds = monotonic() - began
        print(
            f"{removed:,} rows in {clock.rounds + 1} rounds, {seconds:.0f} s, {removed / seconds:,.0f} rows/s"
        )
        _tell("batches", sweeper.seconds)
        idle = len(sweeper.seconds)
        for _ in range(CENSUSES):
            clock.rounds += 1
            await sweep_once()
        _tell("rounds with nothing to do", sweeper.seconds[idle:])
        census, counting = CountActiveSessions(connections=database.unpooled, clock=clock), []
        for _ in range(CENSUSES):
            began = monotonic()
            counted = await census()
            counting.append(monotonic() - began)
        _tell(f"counts of live sessions ({counted:,})", counting)
    finally:
        await database.close()
    print(f"sequential scans of {' and '.join(TABLES)}: {_scans(url) - scans}")


def _tell(what: str, seconds: list[float]) -> None:
    p50, p99, most = (f"{percentile(seconds, share) * 1000:.1f}" for share in (0.5, 0.99, 1))
    print(f"{len(seconds)} {what}: p50 {p50} ms, p99 {p99} ms, most {most} ms")


def _scans(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(_SCANS, [list(TABLES)]).fetchone()
    assert found
    return int(found[0])


def main() -> None:
    """Fill, sweep, and say what it took."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.purge_expired", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--million", type=float, default=1, help="how many million sessions")
    sessions = int(parser.parse_args().million * 1_000_000)
    print(conditions())
    with own_postgres() as postgres:
        began = monotonic()
        fill(postgres.url, sessions)
        print(f"{sessions:,} sessions made in {monotonic() - began:.0f} s", flush=True)
        asyncio.run(sweep(postgres.url))


if __name__ == "__main__":
    main()
