"""Break a replicated PostgreSQL under load: ``python -m faults.cluster``, or ``make faults-cluster``.

It needs etcd, haproxy and PostgreSQL's own programs on this machine, and Patroni in the virtual
environment. Everything runs on loopback. Ten faults of each kind take about an hour.
"""

import argparse
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psycopg
from faults.cluster.nodes import Cluster, Node, wait_until
from faults.cluster.traffic import ResponseLog, longest_gap, traffic
from tests.harness.service import Service

FREEZE = 30
"""Seconds for which a frozen node says nothing: longer than Patroni's ``ttl``."""
AWAY = 20
"""Seconds for which standbys or etcd are away."""
LAG = 2.5
"""Seconds for which nothing is streamed before an unreplicated primary dies."""


def switch_over(cluster: Cluster) -> None:
    """Make another node the primary, as an operator does for maintenance."""
    cluster.switch_over()


def kill_postgres(cluster: Cluster) -> None:
    """Kill PostgreSQL of the primary; Patroni starts it again or gives up its lead."""
    _signal(cluster.node("leader").postgres_pids(), signal.SIGKILL)


def kill_node(cluster: Cluster) -> None:
    """Kill PostgreSQL and Patroni of the primary; the node comes back after the failover."""
    _fail_over(cluster, cluster.node("leader"))


def freeze_postgres(cluster: Cluster) -> None:
    """Stop PostgreSQL of the primary for 30 seconds, as a hung disk does."""
    _freeze(cluster.node("leader").postgres_pids(), FREEZE)


def freeze_node(cluster: Cluster) -> None:
    """Stop PostgreSQL and Patroni of the primary for 30 seconds, as a paused machine does."""
    _freeze(cluster.node("leader").pids(), FREEZE)


def kill_synchronous_standby(cluster: Cluster) -> None:
    """Kill the node on which every commit waits."""
    standby = cluster.node("sync_standby")
    standby.kill()
    wait_until(lambda: _has_another(cluster, standby), "no other node becomes the synchronous standby")
    standby.start()


def freeze_both_standbys(cluster: Cluster) -> None:
    """Stop both standbys for 20 seconds: no commit may be acknowledged."""
    leader = cluster.node("leader")
    _freeze([pid for node in cluster.nodes if node is not leader for pid in node.pids()], AWAY)


def kill_etcd_leader(cluster: Cluster) -> None:
    """Kill the etcd member that leads."""
    leader = cluster.etcd_leader()
    leader.kill()
    time.sleep(LAG)  # so long the fault lasts
    leader.start()


def freeze_etcd(cluster: Cluster) -> None:
    """Stop all of etcd for 20 seconds."""
    _freeze([pid for member in cluster.etcd for pid in member.pids()], AWAY)


def kill_lagging_primary(cluster: Cluster) -> None:
    """Hold back what is streamed, then kill the primary: an asynchronous cluster loses it."""
    leader = cluster.node("leader")
    _signal(leader.wal_senders(), signal.SIGSTOP)
    time.sleep(LAG)  # so long the stream is held back
    _fail_over(cluster, leader)


FAULTS: tuple[Callable[[Cluster], None], ...] = (
    switch_over, kill_postgres, kill_node, freeze_postgres, freeze_node,
    kill_synchronous_standby, freeze_both_standbys, kill_etcd_leader, freeze_etcd, kill_lagging_primary,
)  # fmt: skip


SETTINGS = {
    "FASTAUTH_RATE_LIMITS": "true",
    "FASTAUTH_TRUSTED_PROXIES": "127.0.0.1",
    "FASTAUTH_ARGON2_MEMORY_KIB": "8",
    "FASTAUTH_ARGON2_TIME_COST": "1",
}
"""Limits as in production, each client from a network of its own, and a hash that costs nothing."""


@dataclass
class Result:
    """What one kind of fault led to. Times are in seconds."""

    fault: str
    times: int = 0
    without_writes: dict[str, list[float]] = field(default_factory=lambda: {"haproxy": [], "hosts": []})
    without_reads: list[float] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    duplicate_ids: int = 0
    logged_out: int = 0
    refused: int = 0
    unexpected: list[str] = field(default_factory=list)
    slowest: float = 0
    connections: int = 0
    """Of the service on the primary, at most, when counted after a fault."""

    @property
    def is_good(self) -> bool:
        """Whether nothing acknowledged was lost and nothing but 503 was answered."""
        return not (self.lost or self.duplicate_ids or self.unexpected or self.logged_out)


def main() -> None:
    """Run the faults that were asked for."""
    arguments = _arguments()
    kinds = [fault for fault in FAULTS if not arguments.only or arguments.only in fault.__name__]
    if arguments.asynchronous:
        kinds = [kill_lagging_primary]
    results = []
    with Cluster(synchronous=not arguments.asynchronous) as cluster, ExitStack() as stack:
        services = {
            name: stack.enter_context(Service(url, **SETTINGS))
            for name, url in (("haproxy", cluster.haproxy_url), ("hosts", cluster.hosts_url))
        }
        print(_conditions(), "", sep="\n", flush=True)
        for fault in kinds:
            results.append(_run(fault, cluster, services, arguments.times, arguments.rate))
            print(_row(results[-1]), file=sys.stderr, flush=True)
            if arguments.json:
                arguments.json.write_text(json.dumps([asdict(each) for each in results], indent=2) + "\n")
    print(_table(results))
    sys.exit(not (arguments.asynchronous or all(each.is_good for each in results)))


def _run(
    fault: Callable[[Cluster], None], cluster: Cluster, services: dict[str, Service], times: int, rate: float
) -> Result:
    result = Result((fault.__doc__ or "").split(".")[0].split("\n")[0])
    for _ in range(times):
        cluster.wait_until_healthy()
        with ExitStack() as stack:
            logs = {
                name: stack.enter_context(traffic(service.url, rate=rate / len(services)))
                for name, service in services.items()
            }
            time.sleep(2)  # traffic before the fault, as there is after it
            began = time.monotonic()
            fault(cluster)
            cluster.wait_until_healthy()
            for service in services.values():
                service.wait_until_ready()
            result.connections = max(result.connections, _connections(cluster))
            time.sleep(3)  # what was refused is repeated after two seconds
            ended = time.monotonic()
        _add(result, logs, began, ended)
        _compare(result, logs, cluster.haproxy_url)
    return result


def _add(result: Result, logs: dict[str, ResponseLog], began: float, ended: float) -> None:
    result.times += 1
    for name, responses in logs.items():
        result.without_writes[name].append(longest_gap(responses.writes, began, ended))
        result.without_reads.append(longest_gap(responses.reads, began, ended))
        result.acknowledged += responses.acknowledged
        result.logged_out += responses.logged_out
        result.refused += responses.answers[503]
        result.unexpected += responses.unexpected
        result.slowest = max(result.slowest, responses.slowest)


def _compare(result: Result, logs: dict[str, ResponseLog], database_url: str) -> None:
    result.lost += sum(responses.missing_from(database_url) for responses in logs.values())
    ids = [user_id for responses in logs.values() for user_id in responses.users.values()]
    result.duplicate_ids += len(ids) - len(set(ids))


def _connections(cluster: Cluster) -> int:
    with psycopg.connect(cluster.haproxy_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'fastauth' AND pid <> pg_backend_pid()"
        ).fetchone()
    return int(row[0]) if row else 0


def _fail_over(cluster: Cluster, leader: Node) -> None:
    leader.kill()
    wait_until(lambda: _has_another_leader(cluster, leader), "no other node becomes the primary")
    leader.start()


def _has_another_leader(cluster: Cluster, old: Node) -> bool:
    return any(
        member["role"] == "leader" and member["state"] == "running" and name != old.name
        for name, member in cluster.members().items()
    )


def _has_another(cluster: Cluster, old: Node) -> bool:
    return any(
        member["role"] == "sync_standby" and member["state"] == "streaming" and name != old.name
        for name, member in cluster.members().items()
    )


def _freeze(pids: list[int], seconds: float) -> None:
    _signal(pids, signal.SIGSTOP)
    time.sleep(seconds)  # so long the fault lasts
    _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m faults.cluster", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--times", type=int, default=10, help="faults of each kind")
    parser.add_argument("--rate", type=float, default=20, help="requests per second")
    parser.add_argument("--only", help="those kinds whose function name has this in it")
    parser.add_argument("--asynchronous", action="store_true", help="replicate without waiting")
    parser.add_argument("--json", type=Path, help="write the results to this file, too")
    return parser.parse_args()


def _conditions() -> str:
    names = ("fastauth", "patroni", "sqlalchemy", "psycopg")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    command = f"python -m faults.cluster {' '.join(sys.argv[1:])}"
    return "\n".join([command, load, f"Python {platform.python_version()}, {versions}"])


HEADINGS = (
    "fault", "times", "no writes by haproxy, s (median, most)", "no writes by hosts, s (median, most)",
    "no reads, s (most)", "acknowledged", "lost", "ids given twice", "logged out", "503", "other errors",
    "slowest s", "connections",
)  # fmt: skip


def _table(results: list[Result]) -> str:
    wrong = [f"{each.fault}: {told}" for each in results for told in each.unexpected[:5]]
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS), *map(_row, results)]
    return "\n".join([*lines, "", *wrong])


def _row(result: Result) -> str:
    gaps = [f"{median(each):.1f}, {max(each):.1f}" for each in result.without_writes.values()]
    cells = [
        result.fault, result.times, *gaps, f"{max(result.without_reads):.1f}",
        result.acknowledged, result.lost, result.duplicate_ids, result.logged_out, result.refused,
        len(result.unexpected), f"{result.slowest:.1f}", result.connections,
    ]  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
