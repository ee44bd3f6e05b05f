"""A highly available PostgreSQL on loopback: three etcd members, three Patroni nodes, one haproxy."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import httpx2
import psycopg
import yaml
from tests.harness.postgres import free_port, postgres_programs
from tests.harness.processes import descendants_of, wait_until
from tests.harness.service import NO_TLS

DEADLINE = 180
"""Seconds for the cluster to become healthy. pg_rewind of a node takes the longest."""

TTL, LOOP_WAIT, RETRY_TIMEOUT = 20, 3, 5
"""Seconds. This is the smallest ``ttl`` that Patroni accepts; a silent crash is detected after it."""


class ClusterUnavailableError(Exception):
    """A program is missing, or the cluster does not become healthy in time."""


class Process:
    """A program that runs in a directory of its own, where its output is written to ``log``."""

    def __init__(self, command: list[str], home: Path) -> None:
        self.home = home
        self._command = command

    def start(self) -> None:
        """Start the program."""
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self.home, stdout=log, stderr=log, start_new_session=True
            )

    def pids(self) -> list[int]:
        """Return the process ids of the program and its children."""
        return (
            []
            if self._process.poll() is not None
            else [self._process.pid, *descendants_of(self._process.pid)]
        )

    def signal(self, number: int) -> None:
        """Send a signal to the program and its children."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """Kill the program and its children, as a crash of the machine does."""
        self.signal(signal.SIGKILL)
        self._process.wait()


class Node(Process):
    """One PostgreSQL under one Patroni."""

    def __init__(
        self, number: int, home: Path, etcd: list[str], programs: Path, *, synchronous: bool
    ) -> None:
        self.name = f"n{number}"
        self.rest_port, self.port = free_port(), free_port()
        self._data = home / "data"
        configuration = _configuration(self, home, etcd, programs, synchronous=synchronous)
        (home / "patroni.yml").write_text(yaml.safe_dump(configuration))
        # PostgreSQL refuses to run as root. In a user namespace, root is mapped to another user.
        unprivileged = [] if os.geteuid() else ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        super().__init__([*unprivileged, sys.executable, "-m", "patroni", str(home / "patroni.yml")], home)

    def postgres_pids(self) -> list[int]:
        """Return the process ids of PostgreSQL alone."""
        with suppress(OSError, ValueError, IndexError):
            postmaster = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            if Path(f"/proc/{postmaster}").exists():
                return [postmaster, *descendants_of(postmaster)]
        return []

    def pids(self) -> list[int]:
        """Return the process ids of Patroni and PostgreSQL."""
        return [*dict.fromkeys([*super().pids(), *self.postgres_pids()])]

    def wal_senders(self) -> list[int]:
        """Return the process ids of the WAL senders, which stream to standbys."""
        return [pid for pid in self.postgres_pids() if b"walsender" in _command_line(pid)]


class Cluster:
    """Three nodes, which are healthy when the block is entered."""

    def __init__(self, *, synchronous: bool = True) -> None:
        self._synchronous = synchronous
        self._stack = ExitStack()
        self.haproxy_port = free_port()

    def __enter__(self) -> Self:
        programs = postgres_programs()
        if programs is None:
            raise ClusterUnavailableError("there is no PostgreSQL on this machine")
        self._root = Path(self._stack.enter_context(TemporaryDirectory(prefix="fastauth-cluster-")))
        self.etcd = self._etcd()
        clients = [f"127.0.0.1:{port}" for port in self._etcd_ports]
        self.nodes = [
            Node(number, self._home(f"n{number}"), clients, programs, synchronous=self._synchronous)
            for number in (1, 2, 3)
        ]
        self._haproxy = Process(["haproxy", "-db", "-f", "haproxy.cfg"], self._home("haproxy"))
        (self._haproxy.home / "haproxy.cfg").write_text(_haproxy_configuration(self))
        try:
            for part in [*self.etcd, *self.nodes, self._haproxy]:
                part.start()
                self._stack.callback(part.kill)
            self.wait_until_healthy()
            self._create_database()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for part in self.nodes:  # a stopped process would not exit
            part.signal(signal.SIGCONT)
        self._stack.close()

    @property
    def haproxy_url(self) -> str:
        """The URL of the primary through haproxy."""
        return f"postgresql://fastauth:fastauth@127.0.0.1:{self.haproxy_port}/fastauth?sslmode=disable"

    @property
    def hosts_url(self) -> str:
        """The URL with the addresses of all nodes; the client connects to the primary."""
        hosts = ",".join("127.0.0.1" for _ in self.nodes)
        ports = ",".join(str(node.port) for node in self.nodes)
        return (
            f"postgresql://fastauth:fastauth@/fastauth?host={hosts}&port={ports}"
            "&target_session_attrs=read-write&sslmode=disable"
        )

    def members(self) -> dict[str, dict[str, Any]]:
        """Return the members by name, as the first reachable node reports them; empty if none is."""
        for node in self.nodes:
            with suppress(httpx2.HTTPError, ValueError):
                answer = httpx2.get(f"http://127.0.0.1:{node.rest_port}/cluster", timeout=2, verify=NO_TLS)
                return {member["name"]: member for member in answer.json()["members"]}
        return {}

    def node(self, role: str) -> Node:
        """Return a node with this role: leader, sync_standby or replica.

        Raises:
            ClusterUnavailableError: No node has it.
        """
        for name, member in self.members().items():
            if member["role"] == role:
                return next(node for node in self.nodes if node.name == name)
        raise ClusterUnavailableError(f"no node is {role}")

    def is_healthy(self) -> bool:
        """Return whether there is one leader and both other nodes stream from it without lag."""
        members = list(self.members().values())
        leaders = [each for each in members if each["role"] == "leader" and each["state"] == "running"]
        followers = [each for each in members if each["state"] == "streaming" and each.get("lag") == 0]
        standbys = [each for each in followers if each["role"] == "sync_standby"]
        return (
            len(leaders) == 1 and len(followers) == len(self.nodes) - 1 and len(standbys) == self._synchronous
        )

    def wait_until_healthy(self) -> None:
        """Return once the cluster is healthy.

        Raises:
            ClusterUnavailableError: It is not within `DEADLINE` seconds.
        """
        self.wait_until(self.is_healthy, "the cluster is not healthy")

    def wait_until(self, condition: Callable[[], bool], failure: str, deadline: float = DEADLINE) -> None:
        """Return once a condition holds.

        Raises:
            ClusterUnavailableError: It does not within `deadline` seconds.
        """
        wait_until(condition, failure, deadline=deadline, details=self._state, error=ClusterUnavailableError)

    def switch_over(self) -> None:
        """Ask Patroni to make another node the primary."""
        leader = self.node("leader")
        candidate = self.node("sync_standby" if self._synchronous else "replica")
        body = {"leader": leader.name, "candidate": candidate.name}
        url = f"http://127.0.0.1:{leader.rest_port}/switchover"
        httpx2.post(url, json=body, timeout=DEADLINE, verify=NO_TLS).raise_for_status()

    def etcd_leader(self) -> Process:
        """Return the leader of etcd.

        Raises:
            ClusterUnavailableError: There is none.
        """
        for process, port in zip(self.etcd, self._etcd_ports, strict=True):
            with suppress(httpx2.HTTPError, KeyError, ValueError):
                url = f"http://127.0.0.1:{port}/v3/maintenance/status"
                status = httpx2.post(url, json={}, timeout=2, verify=NO_TLS).json()
                if status["leader"] == status["header"]["member_id"]:
                    return process
        raise ClusterUnavailableError("no etcd member leads")

    def _home(self, name: str) -> Path:
        home = self._root / name
        home.mkdir(mode=0o700)
        return home

    def _etcd(self) -> list[Process]:
        self._etcd_ports = [free_port() for _ in range(3)]
        peers = [free_port() for _ in range(3)]
        members = ",".join(f"e{number}=http://127.0.0.1:{port}" for number, port in enumerate(peers))
        processes = []
        for number, (client, peer) in enumerate(zip(self._etcd_ports, peers, strict=True)):
            home = self._home(f"e{number}")
            options = {
                "name": f"e{number}",
                "data-dir": str(home / "data"),
                "listen-client-urls": f"http://127.0.0.1:{client}",
                "advertise-client-urls": f"http://127.0.0.1:{client}",
                "listen-peer-urls": f"http://127.0.0.1:{peer}",
                "initial-advertise-peer-urls": f"http://127.0.0.1:{peer}",
                "initial-cluster": members,
            }
            arguments = [f"--{name}={value}" for name, value in options.items()]
            processes.append(Process(["etcd", *arguments], home))
        return processes

    def _create_database(self) -> None:
        superuser = f"postgresql://postgres:x@127.0.0.1:{self.node('leader').port}/postgres"
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute("CREATE ROLE fastauth LOGIN PASSWORD 'fastauth'")
            connection.execute("CREATE DATABASE fastauth OWNER fastauth")

    def _state(self) -> str:
        return json.dumps(self.members(), indent=1)


def replication(*, synchronous: bool) -> dict[str, Any]:
    """Return Patroni's settings of the cluster, which docs/operate/cluster.md shows."""
    parameters = {"wal_log_hints": "on", "synchronous_commit": "on", "max_connections": 100}
    return {
        "ttl": TTL,
        "loop_wait": LOOP_WAIT,
        "retry_timeout": RETRY_TIMEOUT,
        "maximum_lag_on_failover": 0 if synchronous else 1_048_576,
        "synchronous_mode": synchronous,
        "synchronous_mode_strict": synchronous,
        "failsafe_mode": True,
        "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": parameters},
    }


def _configuration(
    node: Node, home: Path, etcd: list[str], programs: Path, *, synchronous: bool
) -> dict[str, Any]:
    return {
        "scope": "fastauth",
        "name": node.name,
        "restapi": _listening(node.rest_port),
        "etcd3": {"hosts": etcd},
        "bootstrap": {
            "dcs": replication(synchronous=synchronous),
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            "pg_hba": [
                "host all all 127.0.0.1/32 trust",
                "host replication all 127.0.0.1/32 trust",
                "local all all trust",
            ],
        },
        "postgresql": {
            **_listening(node.port),
            "data_dir": str(home / "data"),
            "bin_dir": str(programs),
            "pgpass": str(home / "pgpass"),
            "parameters": {"unix_socket_directories": str(home)},
            "authentication": {
                name: {"username": user, "password": "x"}
                for name, user in (("superuser", "postgres"), ("replication", "repl"), ("rewind", "rewind"))
            },
        },
        "watchdog": {"mode": "off"},
    }


def _listening(port: int) -> dict[str, str]:
    return {"listen": f"127.0.0.1:{port}", "connect_address": f"127.0.0.1:{port}"}


def _haproxy_configuration(cluster: Cluster) -> str:
    template = Path(__file__).with_name("haproxy.cfg").read_text()
    servers = [
        f"    server {node.name} 127.0.0.1:{node.port} check port {node.rest_port}" for node in cluster.nodes
    ]
    return template.replace("*:5432", f"127.0.0.1:{cluster.haproxy_port}") + "\n".join([*servers, ""])


def _command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
