"""The kinds of faults of the cluster. The docstring of each is its name in the table."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from faults.cluster.nodes import Cluster, ClusterUnavailableError, Node

FREEZE = 30
"""Seconds that a node is frozen or away: longer than Patroni's ``ttl``."""
AWAY = 20
"""Seconds that standbys or etcd are frozen."""
LAG = 2.5
"""Seconds without replication before the primary is killed, and of an outage of etcd's leader."""


def switch_over(cluster: Cluster) -> None:
    """Make another node the primary, as an operator does for maintenance."""
    cluster.switch_over()


def kill_postgres(cluster: Cluster) -> None:
    """Kill PostgreSQL of the primary; Patroni starts it again or gives up the leader lock."""
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
    """Kill the synchronous standby, for which every commit waits."""
    standby = cluster.node("sync_standby")
    standby.kill()
    cluster.wait_until(
        lambda: _has_another_standby(cluster, standby), "no other node becomes the synchronous standby"
    )
    standby.start()


def freeze_both_standbys(cluster: Cluster) -> None:
    """Stop both standbys for 20 seconds: no commit may be acknowledged."""
    leader = cluster.node("leader")
    _freeze([pid for node in cluster.nodes if node is not leader for pid in node.pids()], AWAY)


def kill_etcd_leader(cluster: Cluster) -> None:
    """Kill the leader of etcd."""
    leader = cluster.etcd_leader()
    leader.kill()
    time.sleep(LAG)  # the duration of the fault
    leader.start()


def freeze_etcd(cluster: Cluster) -> None:
    """Stop all of etcd for 20 seconds."""
    _freeze([pid for member in cluster.etcd for pid in member.pids()], AWAY)


def kill_lagging_primary(cluster: Cluster) -> None:
    """Stop replication, then kill the primary for up to 30 seconds: asynchronously, writes are lost."""
    leader = cluster.node("leader")
    _signal(leader.wal_senders(), signal.SIGSTOP)
    time.sleep(LAG)  # writes go on without replication
    leader.kill()
    with suppress(ClusterUnavailableError):  # with synchronous replication no standby may become the primary
        cluster.wait_until(
            lambda: _has_another_leader(cluster, leader), "no other node becomes the primary", deadline=FREEZE
        )
    leader.start()


FAULTS: tuple[Callable[[Cluster], None], ...] = (
    switch_over, kill_postgres, kill_node, freeze_postgres, freeze_node,
    kill_synchronous_standby, freeze_both_standbys, kill_etcd_leader, freeze_etcd, kill_lagging_primary,
)  # fmt: skip


def _fail_over(cluster: Cluster, leader: Node) -> None:
    leader.kill()
    cluster.wait_until(lambda: _has_another_leader(cluster, leader), "no other node becomes the primary")
    leader.start()


def _has_another_leader(cluster: Cluster, old: Node) -> bool:
    return any(
        member["role"] == "leader" and member["state"] == "running" and name != old.name
        for name, member in cluster.members().items()
    )


def _has_another_standby(cluster: Cluster, old: Node) -> bool:
    return any(
        member["role"] == "sync_standby" and member["state"] == "streaming" and name != old.name
        for name, member in cluster.members().items()
    )


def _freeze(pids: list[int], seconds: float) -> None:
    _signal(pids, signal.SIGSTOP)
    time.sleep(seconds)  # the duration of the fault
    _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
