"""The service in this process, with a hashing pool that a test stops and starts."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from socket import socket
from typing import TypeVar

import pytest
import uvicorn
from sqlalchemy import make_url

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


@pytest.fixture(name="pool")
def gated_pool() -> GatedPool:
    return GatedPool()


@pytest.fixture(name="url")
async def gated_service(pool: GatedPool, tmp_path: Path) -> AsyncIterator[str]:
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
