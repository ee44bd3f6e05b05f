"""The real service, for tests from end to end."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

START_SECONDS = 60
"""A start takes about one second; only a failure waits for so long."""

STOP_SECONDS = 15

POLL_SECONDS = 0.01
"""Between two attempts to connect to a server that is starting."""

QUICK = {"FASTAUTH_ARGON2_MEMORY_KIB": "64", "FASTAUTH_ARGON2_TIME_COST": "1"}
"""Hash parameters that take no time. They are for tests alone."""


class FastauthServer:
    """`fastauth serve` on a SQLite database of its own, from `with` to the end of the block.

    The package `fastauth` must be installed in the environment of the test.
    """

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._settings = dict(settings or {})

    def __enter__(self) -> Self:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = self._settings.get("FASTAUTH_ISSUER", self.url)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FASTAUTH_")}
        environment = inherited | QUICK | {
            "FASTAUTH_DATABASE_URL": f"sqlite:///{self._directory / 'fastauth.db'}",
            "FASTAUTH_PORT": str(self.port),
            "FASTAUTH_ISSUER": self.issuer,
        } | self._settings  # fmt: skip
        with (self._directory / "log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  its own command
                [_command(), "serve"], cwd=self._directory, env=environment, stdout=log, stderr=log
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def log(self) -> str:
        """What it has logged."""
        return (self._directory / "log").read_text()

    def register(self, username: str, password: str) -> None:
        """Create an account."""
        self._post("/users/register", username=username, password=password, fullname=username)

    def log_in(self, username: str, password: str) -> str:
        """Return an access token."""
        token: str = self._post("/sessions", username=username, password=password)["access_token"]
        return token

    def log_out(self, token: str) -> None:
        """End the session of an access token."""
        self._send("DELETE", "/sessions/current", {"Authorization": f"Bearer {token}"})

    def _post(self, path: str, **body: str) -> Any:  # noqa: ANN401  JSON
        return json.loads(self._send("POST", path, {"Content-Type": "application/json"}, json.dumps(body)))

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 300:  # noqa: PLR2004  no success
            raise RuntimeError(f"{method} {path}: {response.status} {content.decode()}")
        return content

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._send("GET", "/health/ready", {})
            except (OSError, RuntimeError):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"fastauth did not start:\n{self.log}") from None
                time.sleep(POLL_SECONDS)
            else:
                return

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _command() -> str:
    beside_python = Path(sys.executable).with_name("fastauth")
    found = str(beside_python) if beside_python.exists() else shutil.which("fastauth")
    if not found:
        raise RuntimeError("the command `fastauth` is not installed in this environment")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
