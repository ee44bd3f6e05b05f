"""`/ping` and `/health`."""

import httpx2
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import assert_problem


class TestHealth:
    async def test_ping(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/ping")).json() == {"msg": "pong"}

    async def test_live_without_database(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/health/live")).status_code == 200

    async def test_ready_with_signing_key(
        self, client: httpx2.AsyncClient, storage: FakeStorage, clock: FakeClock
    ) -> None:
        assert (await client.get("/health/ready")).json() == {"status": "ok"}
        storage.keys.clear()
        clock.advance(seconds=1)
        assert_problem(await client.get("/health/ready"), 503, "signing_key_missing")
