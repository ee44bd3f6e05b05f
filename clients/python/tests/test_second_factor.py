"""A route that demands a second factor, and the real service of this commit, with an authenticator app."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest
from clients.python.tests.fakes import FakeClock
from fastapi.testclient import TestClient

from fastauth_client import Demand, StepUpRequired, Verifier
from fastauth_client.testing import FastauthServer

PAGE = (Path(__file__).parents[3] / "docs/integrate/demand-a-second-factor.md").read_text()
STEP = 30
"""Seconds for which an authenticator app shows a code (RFC 6238)."""


class User:
    """An account with an authenticator app, and the session that added it."""

    def __init__(self, server: FastauthServer, name: str) -> None:
        self.http = httpx2.Client(base_url=server.url)
        self._credentials = {"username": name, "password": "correct horse battery staple"}
        self._post("/users/register", fullname=name, **self._credentials)
        self.before_enrolment = self.log_in()["access_token"]
        token = self.log_in()["access_token"]
        self._app = pyotp.TOTP(self._post("/users/me/totp", token)["secret"])
        self.recovery_codes = self._confirm(token)

    def log_in(self) -> dict[str, Any]:
        return self._post("/sessions", **self._credentials)

    def next_code(self) -> str:
        """Return a code that was not used yet. The service accepts that of the 30 seconds before, too."""
        self._used += STEP
        return self._app.at(self._used)

    def _post(self, path: str, token: str = "", **body: object) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = self.http.post(path, json=body or None, headers=headers)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def _confirm(self, token: str) -> list[str]:
        """Enter the code before the current one, so that the current one is left for a log-in."""
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(2):  # a second time if the next 30 seconds begin meanwhile
            self._used = int(time.time()) - STEP
            body = {"code": self._app.at(self._used)}
            response = self.http.post("/users/me/totp/confirm", json=body, headers=headers)
            if response.is_success:
                break
        codes: list[str] = response.json()["recovery_codes"]
        return codes

    def step_up(self, token: str, **answer: str) -> str:
        return str(self._post("/sessions/current/step-up", token, **answer)["access_token"])

    def second_factor(self, **answer: str) -> str:
        return str(self._post("/sessions/second-factor", **answer)["access_token"])


@pytest.fixture(scope="module")
def user(fastauth_server: FastauthServer) -> Iterator[User]:
    user = User(fastauth_server, "second-factor")
    yield user
    user.http.close()


@pytest.fixture
def payouts(fastauth_server: FastauthServer) -> Iterator[TestClient]:
    """The code of the page, at the address of the service."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(code.replace("http://127.0.0.1:8000", fastauth_server.url), namespace)  # noqa: S102  lines of the page
    with TestClient(namespace["app"]) as client:
        yield client


def pay(client: TestClient, token: str) -> httpx2.Response:
    return client.post("/payouts", headers={"Authorization": f"Bearer {token}"})


class TestSecondFactor:
    def test_step_up_with_a_code(self, payouts: TestClient, user: User) -> None:
        """A session by password alone is refused (RFC 9470, section 3), and steps up."""
        refused = pay(payouts, user.before_enrolment)
        assert refused.status_code == 401
        assert f"www-authenticate: {refused.headers['WWW-Authenticate']}" in PAGE
        token = user.step_up(user.before_enrolment, method="totp", code=user.next_code())
        assert pay(payouts, token).json().endswith("authenticated by pwd, otp, mfa")

    def test_log_in_with_a_recovery_code(self, payouts: TestClient, user: User) -> None:
        challenge = user.log_in()
        assert challenge["methods"] == ["totp", "recovery_code"]
        token = user.second_factor(
            challenge=challenge["challenge"], method="recovery_code", code=user.recovery_codes[0]
        )
        assert pay(payouts, token).json().endswith("authenticated by pwd, otp, mfa")

    def test_grows_old(self, fastauth_server: FastauthServer, user: User, clock: FakeClock) -> None:
        """Two minutes later the token is still valid, and the step-up no longer enough for `max_age`."""
        token = user.step_up(user.before_enrolment, method="recovery_code", code=user.recovery_codes[1])
        demand = Demand.of(acr="aal2", max_age=60)
        with Verifier(fastauth_server.url, audience=fastauth_server.url, clock=clock) as verifier:
            assert verifier.verify_sync(token, demand=demand).acr == "aal2"
            clock.now += 120
            assert verifier.verify_sync(token).acr == "aal2"
            with pytest.raises(StepUpRequired):
                verifier.verify_sync(token, demand=demand)
