"""Shared by all measurements: an empty database, a simple client, the conditions of a run."""

import json
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.harness.postgres import own_postgres

BACKENDS = ("sqlite", "postgres")


@contextmanager
def empty_database(backend: str) -> Iterator[str]:
    """Yield the URL of a new database of this kind, which is removed afterwards."""
    if backend == "sqlite":
        with TemporaryDirectory(prefix="fastauth-bench-") as directory:
            yield f"sqlite:///{directory}/bench.db"
    else:
        with own_postgres() as server:
            yield server.url


class OneConnection:
    """A blocking client with one persistent connection."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(
        self, method: str, path: str, body: Mapping[str, str] | None = None, token: str | None = None
    ) -> tuple[int, Any]:
        """Return the status and the body of the answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        received = response.read()
        return response.status, json.loads(received) if received else None

    def close(self) -> None:
        """Close the connection. The next request connects again."""
        self._connection.close()


def active_build() -> str:
    """Return the name of the build of the hash library that the service loads here."""
    command = "from fastauth.adapters.passwords.native_builds import active_build; print(active_build())"
    return subprocess.run(
        [sys.executable, "-c", command], check=True, capture_output=True, text=True
    ).stdout.strip()


def conditions() -> str:
    """Return the command, machine, load and versions of this run."""
    cores = len(
        [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")]
    )
    parts = [
        f"{name} {version(name)}" for name in ("fastauth", "fastapi", "uvicorn", "sqlalchemy", "argon2-cffi")
    ]
    load = Path("/proc/loadavg").read_text().split()[0]
    build = active_build()
    module = f"bench.{Path(sys.argv[0]).stem}".removesuffix(".__main__")
    return (
        f"command: {' '.join(['python -m', module, *sys.argv[1:]])}\n"
        f"machine: {cores} cores, load {load} at the start; Python {platform.python_version()}\n"
        f"versions: {', '.join(parts)}; {build} build of the hash"
    )


def progress(label: str, number: int) -> Iterator[int]:
    """Yield the numbers of the rounds, and print the progress to stderr."""
    for count in range(number):
        print(f"\r{label}: {count + 1} of {number} ", end="", file=sys.stderr, flush=True)
        yield count
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
