"""A flood of requests that pay for no hash leaves hardly a row (CWE-770, unbounded tables).

Of 10 000 requests of one kind at most 100 may leave a row. Here it is 100 of each, and so at most one, beyond
what one honest client leaves.
"""

from collections.abc import Awaitable, Callable

import httpx2
import pytest
from tests.builders import a_registration
from tests.fakes import FakeClock, FakeStorage
from tests.harness.editions import size

from fastauth.domain.rate_limits.burst_limit import REFRESHES, RENAMES
from fastauth.entrypoints.settings import Settings

NUMBER = size(100, 300)
MOST = NUMBER // 100
ANN = a_registration()


class Attacker:
    """A client with an account and a session that sends such requests."""

    def __init__(self, client: httpx2.AsyncClient, storage: FakeStorage, clock: FakeClock) -> None:
        self.client, self.storage, self.clock = client, storage, clock
        self.number = 0

    async def log_in(self) -> None:
        await self.client.post("/users/register", json=ANN)
        answer = await self.client.post("/sessions", json=ANN)
        self.refresh_token = answer.json()["refresh_token"]
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def rows(self) -> int:
        stored = self.storage
        mails = len(stored.outbox) + len(stored.one_time_tokens) + len(stored.addresses)
        return len(stored.entries) + len(stored.counters) + len(stored.sessions) + mails

    async def refresh(self) -> int:
        answer = await self.client.post("/sessions/refresh", json={"refresh_token": self.refresh_token})
        self.refresh_token = answer.json().get("refresh_token", self.refresh_token)
        return answer.status_code

    async def repeat_a_refresh(self) -> int:
        body = {"refresh_token": self.refresh_token}
        return (await self.client.post("/sessions/refresh", json=body)).status_code

    async def rename(self) -> int:
        self.number += 1
        body = {"fullname": f"Ann {self.number}"}
        return (await self.client.patch("/users/me", json=body, headers=self.headers)).status_code

    async def keep_the_name(self) -> int:
        body = {"fullname": ANN["fullname"]}
        return (await self.client.patch("/users/me", json=body, headers=self.headers)).status_code

    async def make_up_a_refresh_token(self) -> int:
        self.number += 1
        body = {"refresh_token": f"fa_rt_{self.number:086}"}
        return (await self.client.post("/sessions/refresh", json=body)).status_code

    async def make_up_an_access_token(self) -> int:
        headers = {"Authorization": "Bearer a.b.c"}
        return (await self.client.get("/users/me", headers=headers)).status_code

    async def register_nonsense(self) -> int:
        body = a_registration(username="a b")
        return (await self.client.post("/users/register", json=body)).status_code

    async def log_in_without_a_password(self) -> int:
        return (await self.client.post("/sessions", json={"username": ANN["username"]})).status_code

    async def ask_for_nothing(self) -> int:
        self.number += 1
        return (await self.client.get(f"/nothing/{self.number}")).status_code

    async def end_no_session(self) -> int:
        self.number += 1
        url = f"/sessions/{self.number:032x}"
        return (await self.client.delete(url, headers=self.headers)).status_code

    async def log_in_too_often(self) -> int:
        return (await self.client.post("/sessions", json={**ANN, "password": "wrong"})).status_code

    async def register_too_often(self) -> int:
        return (await self.client.post("/users/register", json=ANN)).status_code

    async def ask_for_a_reset(self) -> int:
        self.number += 1
        body = {"identifier": f"user{self.number}"}
        return (await self.client.post("/password-resets", json=body)).status_code

    async def make_up_a_link(self) -> int:
        self.number += 1
        statuses = set()
        for path, prefix in (
            ("/password-resets/complete", "fa_pr_"),
            ("/users/me/email/verify", "fa_ev_"),
            ("/users/me/email/undo", "fa_eu_"),
        ):
            body = {"token": f"{prefix}{self.number:043}", "new_password": "another"}
            statuses.add((await self.client.post(path, json=body, headers=self.headers)).status_code)
        (status,) = statuses
        return status

    async def change_the_address(self) -> int:
        self.number += 1
        body = {"email": f"ann{self.number}@example.com"}
        return (await self.client.put("/users/me/email", json=body, headers=self.headers)).status_code

    async def resend_the_mail(self) -> int:
        return (await self.client.post("/users/me/email/resend", headers=self.headers)).status_code

    async def remove_no_address(self) -> int:
        return (await self.client.delete("/users/me/email", headers=self.headers)).status_code


Act = Callable[[Attacker], Awaitable[int]]

KINDS: dict[str, tuple[Act, set[int], int]] = {
    "refreshes of one session": (Attacker.refresh, {200, 429}, MOST),
    "repetitions of one refresh": (Attacker.repeat_a_refresh, {200}, MOST),
    "names": (Attacker.rename, {200, 429}, RENAMES.burst),
    "the same name": (Attacker.keep_the_name, {200}, MOST),
    "refresh tokens made up": (Attacker.make_up_a_refresh_token, {401}, 0),
    "access tokens made up": (Attacker.make_up_an_access_token, {401}, 0),
    "registrations of no form": (Attacker.register_nonsense, {422}, MOST),
    "log-ins of no form": (Attacker.log_in_without_a_password, {422}, 0),
    "addresses at which there is nothing": (Attacker.ask_for_nothing, {404}, 0),
    "ends of no session": (Attacker.end_no_session, {404}, 0),
    # Ten requests are within the limit and cost a hash each; each may leave an event.
    "log-ins of one network": (Attacker.log_in_too_often, {401, 429}, 10 + 4),
    "registrations of one network": (Attacker.register_too_often, {409, 429}, MOST),
    "reset requests of one network": (Attacker.ask_for_a_reset, {202, 429}, 10 + 1),
    "links made up": (Attacker.make_up_a_link, {401}, 0),
    # An event and a mail each, one address, one counter.
    "addresses": (Attacker.change_the_address, {202, 429}, 2 * 10 + 2),
    "mails sent again": (Attacker.resend_the_mail, {202, 429}, 2),
    "no address": (Attacker.remove_no_address, {204}, 0),
}
"""What is sent, what it is answered, and how many rows it may leave. Budgets that are used up count once."""


@pytest.fixture
def settings() -> Settings:
    return Settings(secret_key="the secret key of the tests, 32 bytes", rate_limits=True)  # type: ignore[arg-type]  # pydantic reads it


class TestFlood:
    @pytest.mark.parametrize("kind", KINDS)
    async def test_leaves_few_rows(
        self, client: httpx2.AsyncClient, storage: FakeStorage, clock: FakeClock, kind: str
    ) -> None:
        act, statuses, most = KINDS[kind]
        attacker = Attacker(client, storage, clock)
        await attacker.log_in()
        before = attacker.rows()
        answered = {await act(attacker) for _ in range(NUMBER)}
        assert answered == statuses
        assert attacker.rows() - before <= most

    async def test_refreshes_leave_one_row_a_minute(
        self, client: httpx2.AsyncClient, storage: FakeStorage, clock: FakeClock
    ) -> None:
        attacker = Attacker(client, storage, clock)
        await attacker.log_in()
        before = attacker.rows()
        for _ in range(NUMBER):
            clock.advance(REFRESHES.interval)
            await attacker.refresh()
        minutes = NUMBER * REFRESHES.interval.total_seconds() / 60
        assert attacker.rows() - before <= minutes + 1
