"""The pages have the limits of the API, and no others: a guess counts once, wherever it is made."""

from datetime import timedelta

import httpx2
import pytest
from tests.builders import a_registration
from tests.fakes import FakeClock, FakePasswordHasher
from tests.http_helpers import ANN
from tests.page_helpers import CREDENTIALS, FROM_HERE, Browser

from fastauth.entrypoints.settings import Settings

PATH, API = "/log-in", "/sessions"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic makes a secret of it
        rate_limits=True,
        trusted_proxies="127.0.0.1",  # type: ignore[arg-type]  # pydantic reads it
    )


@pytest.fixture
async def client(client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    await client.post("/users/register", json=a_registration(**ANN, fullname="Ann Lee"))
    return client


async def guess(client: httpx2.AsyncClient, path: str, address: str, **changes: str) -> int:
    """Log in on the page or by the API; return the status."""
    headers = {"X-Forwarded-For": address}
    if path == API:
        return (await client.post(path, json=ANN | changes, headers=headers)).status_code
    form = CREDENTIALS | changes
    return (await client.post(path, data=form, headers=FROM_HERE | headers)).status_code


class TestLimits:
    @pytest.mark.parametrize("used", [PATH, API])
    async def test_of_the_account(
        self, client: httpx2.AsyncClient, hasher: FakePasswordHasher, used: str
    ) -> None:
        """Wrong passwords by one way lock the account for both."""
        for number in range(10):
            await guess(client, used, f"192.0.2.{number}", password="wrong")
        looked_at = hasher.verified - hasher.dummies
        for number, path in enumerate((PATH, API)):
            assert await guess(client, path, f"198.51.100.{number}") == 401, path
        assert hasher.verified - hasher.dummies == looked_at, "the right password was not looked at"

    async def test_of_the_network(self, client: httpx2.AsyncClient, clock: FakeClock) -> None:
        for number in range(5):
            assert await guess(client, PATH, "192.0.2.1", username=f"user{number}") == 401
            assert await guess(client, API, "192.0.2.1", username=f"user{number}") == 401
        answer = await client.post(
            PATH, data=CREDENTIALS, headers=FROM_HERE | {"X-Forwarded-For": "192.0.2.1"}
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "6")
        assert "There were too many attempts" in answer.text
        assert await guess(client, API, "192.0.2.1") == 429
        clock.advance(timedelta(seconds=6))
        assert await guess(client, PATH, "192.0.2.1") == 303

    async def test_of_registrations(self, client: httpx2.AsyncClient) -> None:
        headers = FROM_HERE | {"X-Forwarded-For": "192.0.2.7"}
        statuses = []
        for number in range(21):
            user = a_registration(username=f"user{number}")
            if number % 2:
                answer = await client.post("/users/register", json=user, headers=headers)
            else:
                answer = await client.post("/register", data=user, headers=headers)
            statuses.append(answer.status_code)
        assert statuses == [303, 201] * 10 + [429]

    async def test_known_device_is_not_limited_with_others(self, client: httpx2.AsyncClient) -> None:
        browser = Browser(client)
        await browser.log_in()
        browser.cookies.pop("__Host-fa_session")
        for number in range(20):
            await guess(client, PATH, f"192.0.2.{number}", password="wrong")
        assert await guess(client, PATH, "198.51.100.1") == 401
        await browser.log_in()

    async def test_of_a_step_up(self, client: httpx2.AsyncClient) -> None:
        """Wrong passwords on the page lock the step-up and the password change of the session."""
        browser = Browser(client)
        await browser.log_in()
        token = await browser.csrf_token()
        for _ in range(10):
            assert (await browser.send("/log-in/again", password="wrong", csrf_token=token)).status == 403
        page = await browser.send("/log-in/again", password=ANN["password"], csrf_token=token)
        assert page.status == 403
