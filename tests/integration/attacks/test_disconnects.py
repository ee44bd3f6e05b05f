"""Clients who hang up, and what is still done for them."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from socket import socket
from typing import TypeVar

import httpx2
import pytest
import uvicorn
from sqlalchemy import make_url
from tests.builders import a_registration
from tests.harness.service import NO_TLS

from fastauth.adapters.passwords import HashingPool
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.server.protocol import HardenedHttpProtocol
from fastauth.entrypoints.settings import Settings

Result = TypeVar("Result")

DEADLINE = 10  # seconds, for what takes milliseconds


class GatedPool(HashingPool):
    """One thread, which hashes nothing before the gate is open and counts what it hashes."""

    def __init__(self) -> None:
        super().__init__(threads=1)
        self.gate = threading.Event()
        self.hashed = self._present = 0
        self._changed = asyncio.Condition()

    async def run(self, work: Callable[[], Result]) -> Result:
        def gated() -> Result:
            assert self.gate.wait(DEADLINE)
            self.hashed += 1
            return work()

        await self._count(1)
        try:
            return await super().run(gated)
        finally:
            await self._count(-1)

    async def until_present(self, number: int) -> None:
        async with asyncio.timeout(DEADLINE), self._changed:
            await self._changed.wait_for(lambda: self._present == number)

    async def _count(self, more: int) -> None:
        async with self._changed:
            self._present += more
            self._changed.notify_all()


@pytest.fixture
def pool() -> GatedPool:
    return GatedPool()


@pytest.fixture
async def url(pool: GatedPool, tmp_path: Path) -> AsyncIterator[str]:
    """The service on a SQLite file, within this process."""
    database_url = make_url(f"sqlite+aiosqlite:///{tmp_path}/hung_up.db")
    settings = Settings(database_url=database_url, argon2_memory_kib=64, argon2_time_cost=1)
    app = create_app(Container(settings=settings, hashing_pool=pool))
    config = uvicorn.Config(
        app, http=HardenedHttpProtocol, log_config=None, access_log=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        serving = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        pool.gate.set()
        server.should_exit = True
        await serving


def client(url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, timeout=DEADLINE, verify=NO_TLS)


@asynccontextmanager
async def asking(url: str, path: str, body: dict[str, str]) -> AsyncIterator[None]:
    """Send a request, and hang up in the end without having waited for the answer."""
    _, _, address = url.partition("//")
    host, _, port = address.partition(":")
    content = json.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n{content}".encode())
    await writer.drain()
    yield
    writer.close()
    await writer.wait_closed()


class TestHangingUp:
    async def test_takes_the_request_out_of_the_queue(self, url: str, pool: GatedPool) -> None:
        body = {"username": "santosh", "password": "sntsh"}
        async with client(url) as honest:
            first = asyncio.create_task(honest.post("/sessions", json=body))
            await pool.until_present(1)
            for _ in range(4):
                async with AsyncExitStack() as impatient:
                    for _ in range(50):
                        await impatient.enter_async_context(asking(url, "/sessions", body))
                    await pool.until_present(51)
                await pool.until_present(1)
            second = asyncio.create_task(honest.post("/sessions", json=body))
            await pool.until_present(2)
            pool.gate.set()
            assert [(await first).status_code, (await second).status_code] == [401, 401]
        assert pool.hashed == 2

    async def test_does_not_tear_what_has_begun(self, url: str, pool: GatedPool) -> None:
        registration = a_registration()
        async with asking(url, "/users/register", registration):
            await pool.until_present(1)
        pool.gate.set()
        await pool.until_present(0)
        async with client(url) as other:
            response = await other.post("/users/register", json=registration)
        assert response.status_code == 409
