"""Inject faults, and print what was lost: ``python -m faults``, or ``make faults``.

Starts a Postgres and the service on this machine's loopback interface, and takes some minutes. The exit
status is 1 if a number whose goal is 0 is not 0.
"""

import argparse
import asyncio
import json
import logging
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import structlog
from faults import (
    crashes,
    event_feed,
    fault_injection,
    full_disk,
    graceful_shutdown,
    mail_delivery,
    one_time_tokens,
    outbox,
    races,
    registrations,
    slow_database,
    webhooks,
)
from faults.outcome import Outcome, table
from tests.harness.databases import postgres_schema
from tests.harness.postgres import PostgresServer, own_postgres

Trial = Callable[[], Outcome]

UNAVAILABLE = {
    full_disk.CannotMountError: "mounting a small file system needs root",
    graceful_shutdown.NoHaproxyError: "haproxy is not installed",
}


def main() -> None:
    """Run the selected trials, and print the table."""
    sizes = _sizes()
    # Silence the service that runs in this process; the other processes keep their logs.
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all child processes are stopped, too
    outcomes = []
    with own_postgres() as server, TemporaryDirectory(prefix="fastauth-faults-") as directory:
        conditions = _conditions(server)
        print(*(f"{name}: {value}" for name, value in conditions.items()), "", sep="\n", flush=True)
        for name, trial in _trials(sizes, server, f"sqlite:///{directory}"):
            if sizes.only and sizes.only not in name:
                continue
            began = time.monotonic()
            outcomes.append(_run(name, trial))
            print(f"{outcomes[-1].trial}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(outcomes))
    if sizes.json:
        results = [asdict(each) for each in outcomes]
        sizes.json.write_text(json.dumps({"conditions": conditions, "outcomes": results}, indent=2) + "\n")
    sys.exit(not all(each.is_good for each in outcomes))


def _run(name: str, trial: Trial) -> Outcome:
    try:
        return trial()
    except tuple(UNAVAILABLE) as error:
        return Outcome(name, notes=[f"not run: {UNAVAILABLE[type(error)]}"])


def _sizes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="races for one username")
    parser.add_argument("--kills", type=int, default=10, help="kills of the service, and of Postgres")
    parser.add_argument(
        "--deaths",
        type=int,
        default=200,
        help="kills while the outbox is delivered, or mail or webhooks are sent",
    )
    parser.add_argument("--tokens", type=int, default=200, help="races for a one-time token")
    parser.add_argument("--writers", type=int, default=100, help="clients that write while the feed is read")
    parser.add_argument("--clients", type=int, default=200, help="clients while the database is slow")
    parser.add_argument("--seconds", type=float, default=6, help="duration of each slow phase")
    parser.add_argument("--times", type=int, default=3, help="unresponsive databases, and full disks")
    parser.add_argument("--stops", type=int, default=5, help="stops by SIGTERM with requests in flight")
    parser.add_argument("--restarts", type=int, default=20, help="restarts behind haproxy")
    parser.add_argument("--rate", type=float, default=100, help="requests a second during restarts")
    parser.add_argument("--only", help="only trials whose name contains this")
    parser.add_argument("--json", type=Path, help="also write the outcomes to this file")
    return parser.parse_args()


def _trials(sizes: argparse.Namespace, server: PostgresServer, directory: str) -> Iterator[tuple[str, Trial]]:
    """Yield every trial with its name for `--only`."""
    postgres = server.url
    for url, workers in ((postgres, 1), (postgres, 4), (f"{directory}/race.db", 1)):
        yield "race", partial(races.race, url, rounds=sizes.rounds, workers=workers)
    for url, workers in ((postgres, 1), (postgres, 2), (f"{directory}/kill.db", 1)):
        yield "kill service", partial(crashes.kill_service, url, kills=sizes.kills, workers=workers)
    for url in (postgres, f"{directory}/registrations.db"):
        yield "registration kill", partial(registrations.kill_service, url, kills=sizes.kills)
    for url, foreign in ((postgres, False), (postgres, True), (f"{directory}/feed.db", False)):
        feed = {"kills": sizes.kills, "writers": sizes.writers, "foreign": foreign}
        yield "event feed", partial(event_feed.kill_service, url, **feed)
    yield "kill postgres", partial(crashes.kill_database, server, kills=sizes.kills)
    for url in (postgres, f"{directory}/outbox.db"):
        yield "token race", partial(one_time_tokens.race, url, rounds=sizes.tokens)
        yield "outbox kill", partial(outbox.kill_relay, url, kills=sizes.deaths)
        yield "outbox race", partial(outbox.race, url, entries=1_000, processes=4)
    for url in (postgres, f"{directory}/mail.db"):
        yield "mail kill", partial(mail_delivery.kill_sender, url, kills=sizes.deaths)
    for url in (postgres, f"{directory}/webhooks.db"):
        yield "webhook kill", partial(webhooks.kill_sender, url, kills=sizes.deaths)
    yield "outbox storage", partial(outbox.kill_storage, server, times=sizes.kills)
    slow = {"clients": sizes.clients, "seconds": sizes.seconds}
    for delay in (0.05, 0.5, 2.0):
        yield "slow", partial(slow_database.slow_down, postgres, delay=delay, **slow)
    yield "unresponsive", partial(slow_database.black_hole, postgres, times=sizes.times, **slow)
    yield "disk writes", partial(full_disk.refuse_writes, f"{directory}/writes.db", times=sizes.times)
    yield "disk sqlite", partial(full_disk.fill_sqlite, times=sizes.times)
    yield "disk postgres", partial(full_disk.fill_postgres, times=sizes.times)
    for workers in (1, 2):
        yield (
            "stop",
            partial(graceful_shutdown.stop, postgres, times=sizes.stops, workers=workers),
        )
    rolling = {"restarts": sizes.restarts, "rate": sizes.rate}
    yield "rolling restart", partial(graceful_shutdown.restart_behind_haproxy, postgres, **rolling)
    for what, after in product(fault_injection.TARGETS, (False, True)):
        yield "injection sqlite", partial(_each_fails_on_sqlite, what, after=after)
        yield "injection postgres", partial(_each_fails_on_postgres, what, server, after=after)


def _each_fails_on_sqlite(what: str, *, after: bool) -> Outcome:
    (outcome,) = asyncio.run(fault_injection.each_fails(what, "sqlite+aiosqlite://", when=[after]))
    return outcome


def _each_fails_on_postgres(what: str, server: PostgresServer, *, after: bool) -> Outcome:
    with postgres_schema(server) as url:  # a schema of its own, since these trials use another clock
        driven = url.replace("postgresql:", "postgresql+psycopg:")
        (outcome,) = asyncio.run(fault_injection.each_fails(what, driven, when=[after]))
    return outcome


def _conditions(server: PostgresServer) -> dict[str, str]:
    """Return the command, machine and versions of this run."""
    with psycopg.connect(server.url) as connection:
        (postgres,) = connection.execute("SHOW server_version").fetchone() or ("",)
    names = ("fastauth", "uvicorn", "sqlalchemy", "psycopg", "aiosqlite", "httpx2")
    versions = [f"Python {platform.python_version()}", f"PostgreSQL {postgres}"]
    return {
        "command": f"python -m faults {' '.join(sys.argv[1:])}".strip(),
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start",
        "versions": ", ".join([*versions, *(f"{name} {version(name)}" for name in names)]),
    }


if __name__ == "__main__":
    main()
