"""Cost of a request with many users over that with 1 000: two services on PostgreSQL, side by side.

The statistics of PostgreSQL count the work for each service. One transaction is one statement here, and
a statement whose cost grows with the table appears as a sequential scan. PostgreSQL writes its statistics
when a connection ends, so they are read after the services have stopped.
"""

import random
from collections import defaultdict
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from time import monotonic, sleep
from typing import NamedTuple

import argon2
import psycopg
from bench.cpu import Kind, over
from bench.http_requests import PASSWORD, expect, login_request, register_request
from bench.load import HttpConnection
from bench.results import Goal, Result
from bench.runs import progress
from bench.servers import CHEAPEST, DEADLINE, FASTAUTH, fastauth, new_database
from tests.harness.postgres import PostgresServer

FEW, MANY = "few", "many"
FEW_USERS = 1_000

_FILL = """
INSERT INTO user_info (username, username_key, password, fullname)
SELECT 'user-' || number, 'user-' || number, %s, 'Santosh Kumar' FROM generate_series(1, %s) AS number
"""
_LOG_IN_ALL = """
INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at,
  refresh_digest, refresh_expires_at, sweep_at)
SELECT md5(id::text), id, 'Mozilla/5.0', '192.0.2.1', now(), now(), now() + interval '30 days',
  decode(md5(id::text), 'hex'), now() + interval '7 days', date_trunc('day', now() + interval '8 days')
FROM user_info
"""
"""Each user has a session: PostgreSQL reads a table of a few pages as a whole."""
_WORK = """
SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
  sum(coalesce(idx_scan, 0)), sum(n_tup_ins), sum(seq_scan)
FROM pg_stat_user_tables WHERE relname IN ('user_info', 'session')
"""
_OTHER_CONNECTIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Work(NamedTuple):
    """The work of the database, by its own statistics."""

    statements: float
    index_scans: float
    insertions: float
    sequential_scans: float


async def measure(postgres: PostgresServer, *, users: int, rounds: int, number: int) -> list[Result]:
    """Return processor time and work of the database with `users` users, over those with 1 000."""
    sizes = {FEW: FEW_USERS, MANY: users}
    urls = {name: new_database(postgres) for name in sizes}
    for name, size in sizes.items():
        _fill(urls[name], size)
    before = {name: _work(url) for name, url in urls.items()}
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        kinds: list[Kind] = []
        for name, url in urls.items():
            server = stack.enter_context(fastauth(name, url, hashing=CHEAPEST))
            kinds += [
                Kind(
                    "register",
                    server,
                    lambda connection: expect(HTTPStatus.CREATED, connection, register_request()),
                ),
                Kind("log-in", server, partial(_log_in_of_any, sizes[name])),
            ]
        for kind in kinds:
            await kind.microseconds(number)  # to warm up
        for _ in progress("many users", rounds):
            for kind in random.sample(kinds, len(kinds)):
                found[kind.label][kind.server.name].append(await kind.microseconds(number))
    done = {
        name: Work(*(now - then for now, then in zip(_work(url), before[name], strict=True)))
        for name, url in urls.items()
    }
    n = f"{rounds} of {number}"
    beside = f"with {users:,} users over 1 000".replace(",", " ")
    return [
        *(
            Result(f"CPU of {label} {beside}", {FASTAUTH: over(of, of[FEW])[MANY]}, n, Goal(1.1))
            for label, of in found.items()
        ),
        *(
            Result(
                f"{label} {beside}",
                {FASTAUTH: [getattr(done[MANY], field) / getattr(done[FEW], field)]},
                n,
                Goal(1),
            )
            for field, label in {"statements": "statements", "index_scans": "index scans"}.items()
        ),
        Result(
            f"sequential scans {beside}",
            {FASTAUTH: [done[MANY].sequential_scans - done[FEW].sequential_scans]},
            n,
            Goal(0),
        ),
    ]


async def _log_in_of_any(size: int, connection: HttpConnection) -> None:
    await expect(HTTPStatus.CREATED, connection, login_request(f"user-{random.randint(1, size)}"))


def _fill(url: str, size: int) -> None:
    with fastauth(FASTAUTH, url):
        pass  # its start migrated the database
    hashed = argon2.PasswordHasher(memory_cost=CHEAPEST.memory_kib, time_cost=CHEAPEST.passes, parallelism=1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FILL, (hashed.hash(PASSWORD), size))
        connection.execute(_LOG_IN_ALL)
        connection.execute("VACUUM ANALYZE")


def _work(url: str) -> Work:
    with psycopg.connect(url, autocommit=True) as connection:
        deadline = monotonic() + DEADLINE
        while connection.execute(_OTHER_CONNECTIONS).fetchone() != (0,) and monotonic() < deadline:
            sleep(
                0.05
            )  # until the connections of the killed service have ended and their statistics are written
        counted = connection.execute(_WORK).fetchone()
    assert counted
    return Work(*map(float, counted))
