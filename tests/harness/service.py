"""The service as an operator runs it: a process of its own, reached over HTTP."""

import os
import signal
import socket
import ssl
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx2
from tests.harness.fork_server import Process, start_fastauth
from tests.harness.in_process import run_fastauth
from tests.harness.postgres import free_port
from typer.testing import Result

DEADLINE = 30  # seconds for a stop
START_DEADLINE = 120  # seconds; a failure alone waits for so long
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""A client makes one of its own otherwise, and reads every certificate of the machine into it."""
QUICK_HASH = {"FASTAUTH_ARGON2_MEMORY_KIB": "64", "FASTAUTH_ARGON2_TIME_COST": "1"}
"""Parameters that leave a test its time for something else than hashing."""


def environment(database_url: str, **settings: str) -> dict[str, str]:
    """Return an environment with these settings and no others."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("FASTAUTH_")}
    return others | {"FASTAUTH_DATABASE_URL": database_url, **QUICK_HASH, **settings}


class Service:
    """``fastauth serve`` on a database, with further settings as given."""

    _process: Process

    def __init__(self, database_url: str, **settings: str) -> None:
        self.database_url = database_url
        self.port = int(settings.pop("FASTAUTH_PORT", free_port()))
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = tempfile.TemporaryDirectory(prefix="fastauth-service-")
        own = {"TMPDIR": self._home.name, "FASTAUTH_PORT": str(self.port)}
        self._environment = environment(database_url, **(own | settings))

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            self._home.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it at once. A shutdown waits for clients; tests of a shutdown call `stop`."""
        if self._process.poll() is None:
            self.kill()
        self._home.cleanup()

    @property
    def log(self) -> str:
        return (Path(self._home.name) / "log").read_text()

    def start(self) -> None:
        with (Path(self._home.name) / "log").open("ab") as log:
            self._process = start_fastauth(
                "serve", environment=self._environment, directory=self._home.name, log=log
            )
        deadline = time.monotonic() + START_DEADLINE
        while not (self._listens() and self.is_up()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the service did not start:\n{self.log}")
            time.sleep(0.02)

    def _listens(self) -> bool:
        """Return whether it takes connections; a request for that would cost 2 ms each time."""
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def is_up(self) -> bool:
        """Return whether it answers."""
        try:
            return httpx2.get(f"{self.url}/health/live", verify=NO_TLS).status_code == 200
        except httpx2.TransportError:
            return False

    def stop(self) -> int:
        """Send SIGTERM, and return the exit status."""
        if self._process.poll() is None:
            self._process.terminate()
        return self._process.wait(DEADLINE)

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def exit_status(self) -> int:
        """Return how it ended, once it has."""
        return self._process.wait(DEADLINE)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def wait_until_it_refuses(self) -> None:
        """Return once it takes no new connections."""
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                self.connect().close()
            except ConnectionRefusedError:
                return
            assert time.monotonic() < deadline, "the service goes on listening"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it and its workers as a crash would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(DEADLINE)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while httpx2.get(f"{self.url}/health/ready", verify=NO_TLS).status_code != 200:
            assert time.monotonic() < deadline, "the service does not recover"
            time.sleep(0.05)

    def run(self, *arguments: str) -> str:
        """Return the output of ``fastauth`` with these arguments, under the same settings."""
        result = self._result_of(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def succeeds(self, *arguments: str) -> bool:
        """Return whether ``fastauth`` ends with status 0 on these arguments, under the same settings."""
        return self._result_of(*arguments).exit_code == 0

    def _result_of(self, *arguments: str) -> Result:
        return run_fastauth(*arguments, settings=self._environment, directory=self._home.name)

    @property
    def pid(self) -> int:
        return self._process.pid

    def register(self, registration: dict[str, str]) -> httpx2.Response:
        return httpx2.post(f"{self.url}/users/register", json=registration, timeout=DEADLINE, verify=NO_TLS)

    def client(self) -> "Client":
        """Return a client that keeps its connection."""
        return Client(self.url)


class Client(httpx2.Client):
    """What a front end does for a user who has an account."""

    def __init__(self, url: str, transport: httpx2.BaseTransport | None = None) -> None:
        super().__init__(base_url=url, timeout=DEADLINE, verify=NO_TLS, transport=transport)

    def log_in(self, registration: Mapping[str, str], **changes: str) -> httpx2.Response:
        credentials = {"username": registration["username"], "password": registration["password"], **changes}
        return self.post("/sessions", json=credentials)

    def refresh(self, tokens: Mapping[str, str]) -> httpx2.Response:
        return self.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})

    def me(self, tokens: Mapping[str, str]) -> httpx2.Response:
        return self.get("/users/me", headers=bearer(tokens))

    def sessions(self, tokens: Mapping[str, str]) -> httpx2.Response:
        return self.get("/sessions", headers=bearer(tokens))

    def log_out(self, tokens: Mapping[str, str], where: str = "/current") -> httpx2.Response:
        return self.delete(f"/sessions{where}", headers=bearer(tokens))

    def change_password(self, tokens: Mapping[str, str], current: str, new: str) -> httpx2.Response:
        body = {"current_password": current, "new_password": new}
        return self.put("/users/me/password", headers=bearer(tokens), json=body)


def bearer(tokens: Mapping[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def is_unavailable(response: httpx2.Response) -> bool:
    """Return whether it is the answer that an outage of the database should get."""
    return (
        response.status_code == 503
        and response.headers["content-type"] == "application/problem+json"
        and int(response.headers["retry-after"]) >= 1
        and response.json()["code"] == "storage_unavailable"
    )
