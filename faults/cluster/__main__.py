"""Faults of a replicated PostgreSQL under load: ``python -m faults.cluster``, ``make faults-cluster``.

Needs etcd, haproxy and the programs of PostgreSQL on this machine, and Patroni in the virtual environment.
Everything runs on the loopback interface. Ten faults of each kind take about an hour.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psycopg
from faults.cluster.kinds import FAULTS, kill_lagging_primary
from faults.cluster.nodes import Cluster
from faults.cluster.traffic import ResponseLog, longest_gap, traffic
from faults.outcome import Outcome, markdown_row, markdown_table
from tests.harness.service import Service

TRAFFIC_BEFORE = 2
"""Seconds of traffic before a fault."""
TRAFFIC_AFTER = 3
"""Seconds of traffic after the recovery: a refresh is repeated after two."""

SETTINGS = {
    "FASTAUTH_RATE_LIMITS": "true",
    "FASTAUTH_TRUSTED_PROXIES": "127.0.0.1",
    "FASTAUTH_ARGON2_MEMORY_KIB": "8",
    "FASTAUTH_ARGON2_TIME_COST": "1",
}
"""Rate limits as in production, a network of its own for each client, and the minimum cost of the hash."""


@dataclass
class ClusterOutcome(Outcome):
    """The outcome of one kind of fault. Times are in seconds, one for each fault and process."""

    without_writes: dict[str, list[float]] = field(default_factory=lambda: {"haproxy": [], "hosts": []})
    """The longest time without a successful write, by how the process finds the primary."""
    without_reads: list[float] = field(default_factory=list)
    """The longest time without a successful read."""
    logged_out: int = 0
    """Clients whose latest refresh token was rejected."""
    unavailable: int = 0
    """Responses with 503."""
    connections: int = 0
    """The maximum of the service's connections to the primary, counted after each fault."""

    @property
    def is_good(self) -> bool:
        """Whether no acknowledged write was lost, no client was logged out, and only 503 was an error."""
        return super().is_good and not self.logged_out

    @property
    def row(self) -> list[str]:
        """The cells of the table."""
        gaps = [f"{median(each):.1f}, {max(each):.1f}" for each in self.without_writes.values()]
        cells = [
            self.trial, self.injected, *gaps, f"{max(self.without_reads):.1f}", self.acknowledged, self.lost,
            self.duplicates, self.logged_out, self.unavailable, len(self.unexpected_responses),
            f"{self.slowest:.1f}", self.connections,
        ]  # fmt: skip
        return [str(cell) for cell in cells]


def main() -> None:
    """Run the selected kinds of faults, and print the table."""
    arguments = _arguments()
    kinds = [fault for fault in FAULTS if not arguments.only or arguments.only in fault.__name__]
    if arguments.asynchronous:
        kinds = [kill_lagging_primary]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all child processes are stopped, too
    outcomes = []
    with Cluster(synchronous=not arguments.asynchronous) as cluster, ExitStack() as stack:
        services = {
            name: stack.enter_context(Service(url, **SETTINGS))
            for name, url in (("haproxy", cluster.haproxy_url), ("hosts", cluster.hosts_url))
        }
        print(_conditions(), "", sep="\n", flush=True)
        for fault in kinds:
            outcomes.append(_run(fault, cluster, services, arguments.times, arguments.rate))
            print(markdown_row(outcomes[-1].row), file=sys.stderr, flush=True)
            if arguments.json:
                arguments.json.write_text(json.dumps([asdict(each) for each in outcomes], indent=2) + "\n")
    print(_table(outcomes))
    sys.exit(not (arguments.asynchronous or all(each.is_good for each in outcomes)))


def _run(
    fault: Callable[[Cluster], None], cluster: Cluster, services: dict[str, Service], times: int, rate: float
) -> ClusterOutcome:
    outcome = ClusterOutcome((fault.__doc__ or "").split(".")[0].split("\n")[0])
    for _ in range(times):
        cluster.wait_until_healthy()
        with ExitStack() as stack:
            logs = {
                name: stack.enter_context(traffic(service.url, rate=rate / len(services)))
                for name, service in services.items()
            }
            time.sleep(TRAFFIC_BEFORE)  # the duration of the traffic, not a wait for a state
            began = time.monotonic()
            fault(cluster)
            outcome.injected += 1
            cluster.wait_until_healthy()
            for service in services.values():
                service.wait_until_ready()
            outcome.survived += 1
            outcome.connections = max(outcome.connections, _connections(cluster))
            time.sleep(TRAFFIC_AFTER)  # the same
            ended = time.monotonic()
        for name, log in logs.items():
            _add(outcome, name, log, began, ended)
            log.add_to(outcome, cluster.haproxy_url)
        outcome.duplicates += _duplicate_ids(logs.values())
    return outcome


def _add(outcome: ClusterOutcome, name: str, log: ResponseLog, began: float, ended: float) -> None:
    outcome.without_writes[name].append(longest_gap(log.writes, began, ended))
    outcome.without_reads.append(longest_gap(log.reads, began, ended))
    outcome.logged_out += log.logged_out
    outcome.unavailable += log.statuses[HTTPStatus.SERVICE_UNAVAILABLE]


def _duplicate_ids(logs: Collection[ResponseLog]) -> int:
    """Return the number of user ids that two processes gave to different users."""
    ids = [set(log.users.values()) for log in logs]
    return sum(map(len, ids)) - len(set().union(*ids))


def _connections(cluster: Cluster) -> int:
    with psycopg.connect(cluster.haproxy_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'fastauth' AND pid <> pg_backend_pid()"
        ).fetchone()
    return int(row[0]) if row else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m faults.cluster", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--times", type=int, default=10, help="faults of each kind")
    parser.add_argument("--rate", type=float, default=20, help="requests per second")
    parser.add_argument("--only", help="only kinds whose function name contains this")
    parser.add_argument(
        "--asynchronous", action="store_true", help="asynchronous replication, which loses writes"
    )
    parser.add_argument("--json", type=Path, help="also write the outcomes to this file")
    return parser.parse_args()


def _conditions() -> str:
    names = ("fastauth", "patroni", "sqlalchemy", "psycopg")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    command = f"python -m faults.cluster {' '.join(sys.argv[1:])}"
    return "\n".join([command, load, f"Python {platform.python_version()}, {versions}"])


HEADINGS = (
    "fault", "times", "no writes by haproxy, s (median, max)", "no writes by hosts, s (median, most)",
    "no reads, s (max)", "acknowledged", "lost", "ids given twice", "logged out", "503", "other errors",
    "slowest s", "connections",
)  # fmt: skip


def _table(outcomes: list[ClusterOutcome]) -> str:
    unexpected = [example for each in outcomes for example in each.unexpected_examples]
    return "\n".join([*markdown_table(HEADINGS, [each.row for each in outcomes]), "", *unexpected])


if __name__ == "__main__":
    main()
