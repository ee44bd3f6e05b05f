"""Cost of renaming stored event types (migration 0007): ``python -m bench.event_renames postgres``.

Fills a temporary database with events under the names of version 0.1, starts the service and runs the
renaming of ``fastauth migrate``, while one client registers users without a pause. Each registration
writes a user and an event, so it needs the lock of SQLite that the renaming holds.
"""

import argparse
import asyncio
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import psycopg
from bench.http_requests import register_request
from bench.load import HttpConnection
from bench.results import percentile
from bench.runs import BACKENDS, conditions, empty_database
from bench.servers import CHEAPEST, FASTAUTH, fastauth
from sqlalchemy import create_engine, event, make_url, text
from tests.harness.databases import connect
from tests.harness.processes import descendants_of

from fastauth.adapters.sql.database.event_renames import RENAMED_TYPES, TASK, rename_events

CALM_SECONDS = 5.0
"""Of registrations without a renaming, to compare with."""

CLOCK_TICKS = 100
"""Of /proc/PID/stat in a second (`getconf CLK_TCK` on every Linux)."""

_KINDS = (*RENAMED_TYPES, "logged_out", "password_changed")
"""Eight in ten of the rows are renamed."""

_FILL = """
INSERT INTO event (at, kind, user_id, session_id, actor, address)
WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < :rows)
SELECT {at}, CASE number % 10 {kinds} END, number % 1000, 'session-' || number % 5000, 'client',
  '192.0.2.' || number % 256 FROM numbers
"""
_AT = {"sqlite": "'2026-01-01 00:00:00.000000'", "postgresql": "now() - interval '1 day'"}
_PENDING = f"INSERT INTO fastauth_task (name, begun_at) VALUES ('{TASK}', {{at}})"  # noqa: S608  constants


def fill(url: str, rows: int) -> None:
    """Store `rows` events under old names, and the task that migration 0007 leaves."""
    kinds = " ".join(f"WHEN {number} THEN '{kind}'" for number, kind in enumerate(_KINDS))
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    at = _AT[engine.dialect.name]
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))
        connection.execute(text(_FILL.format(at=at, kinds=kinds)), {"rows": rows})
        connection.execute(text(_PENDING.format(at=at)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("VACUUM ANALYZE event" if engine.dialect.name == "postgresql" else "ANALYZE event")
        )
    engine.dispose()


class Transactions(list[float]):
    """The duration of each transaction of an engine, in seconds."""

    def observe(self, engine: Any) -> None:  # noqa: ANN401  a SQLAlchemy engine
        """Measure all transactions of `engine` from now on."""
        event.listen(engine, "begin", lambda _: self.append(-perf_counter()))
        event.listen(engine, "commit", lambda _: self.append(self.pop() + perf_counter()))


def postgres_cpu_seconds(url: str) -> float:
    """Return the processor time of all processes of the server so far; 0 for SQLite."""
    if make_url(url).get_backend_name() == "sqlite":
        return 0
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)").fetchone()
    assert row
    main = int(row[0])
    ticks = 0
    for pid in (main, *descendants_of(main)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11 : 15 if pid == main else 13]))  # of ended children, too
    return ticks / CLOCK_TICKS


async def register_until(over: asyncio.Event, port: int) -> list[float]:
    """Register users, one after the other; return the response times in milliseconds."""
    times = []
    connection = await HttpConnection.to(port)
    while not over.is_set():
        began = perf_counter()
        response = await connection.ask(register_request())
        assert response.status == 201, response  # noqa: PLR2004  created
        times.append((perf_counter() - began) * 1000)
    connection.close()
    return times


async def rename(url: str) -> tuple[float, Transactions]:
    """Rename; return the duration in seconds, and that of each transaction."""
    database, transactions = connect(url), Transactions()
    transactions.observe(database.engine.sync_engine)
    began = perf_counter()
    await rename_events(database)
    seconds = perf_counter() - began
    await database.close()
    return seconds, transactions


async def rename_alone(url: str) -> str:
    """Rename without other requests; return duration, processor time and transactions in one line."""
    before = postgres_cpu_seconds(url) + process_time()
    seconds, transactions = await rename(url)
    used = postgres_cpu_seconds(url) + process_time() - before
    return f"alone: {seconds:.1f} s, {used:.1f} s of processor time; {_describe_transactions(transactions)}"


async def rename_under_load(url: str, port: int) -> list[str]:
    """Register users for `CALM_SECONDS`, and then during the renaming; return a line for each."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(CALM_SECONDS, over.set)
    calm = await register_until(over, port)
    over = asyncio.Event()
    client = asyncio.create_task(register_until(over, port))
    seconds, transactions = await rename(url)
    over.set()
    during = f"during renaming, {seconds:.1f} s: {_describe_registrations(await client)}"
    return [
        f"without renaming, {CALM_SECONDS:.1f} s: {_describe_registrations(calm)}",
        f"{during}; {_describe_transactions(transactions)}",
    ]


def _describe_transactions(seconds: list[float]) -> str:
    return f"{len(seconds)} transactions, p50 {median(seconds):.2f} s, longest {max(seconds):.2f} s"


def _describe_registrations(times: list[float]) -> str:
    p50, p99, maximum = (percentile(times, share) for share in (0.5, 0.99, 1))
    return f"{len(times)} registrations, p50 {p50:.1f} ms, p99 {p99:.1f} ms, maximum {maximum:.0f} ms"


def main() -> None:
    """Measure `--rounds` times, on a new database each, and print a line for each value."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.event_renames", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("backend", choices=BACKENDS)
    parser.add_argument("--rows", type=int, default=1_000_000, help="events")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(conditions())
    for _ in range(options.rounds):
        with (
            empty_database(options.backend) as url,
            fastauth(FASTAUTH, url, hashing=CHEAPEST) as server,
        ):
            fill(url, options.rows)
            print(asyncio.run(rename_alone(url)), flush=True)
            fill(url, options.rows)
            for line in asyncio.run(rename_under_load(url, server.port)):
                print(line, flush=True)


if __name__ == "__main__":
    main()
