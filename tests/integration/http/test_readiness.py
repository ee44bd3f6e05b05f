"""How much work of the database any client can cause by requests for the readiness."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy import event
from tests.fakes import FakeClock
from tests.harness.editions import size
from tests.harness.postgres import PostgresServer

from fastauth.application.operations.share_readiness import SHARED_FOR
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import migrate_database

ASKING = size(100, 300)


class Readiness:
    """The service in this process, and what its probes did to the database."""

    def __init__(self, url: str) -> None:
        self.clock = FakeClock()
        self.container = Container(settings=Settings(database_url=url), clock=self.clock)  # type: ignore[arg-type]  # pydantic reads it
        self._transport = httpx2.ASGITransport(create_app(self.container))
        self.connections = self.statements = 0
        for engine in (self.container.database().probes.engine, self.container.database().unpooled.engine):
            event.listen(engine, "connect", self._count_connection)
            event.listen(engine, "before_cursor_execute", self._count_statement)

    def _count_connection(self, *_: object) -> None:
        self.connections += 1

    def _count_statement(self, *_: object) -> None:
        self.statements += 1

    async def statuses(self) -> set[int]:
        """Return the statuses of many requests at once, a second after those before them."""
        self.connections = self.statements = 0
        self.clock.advance(SHARED_FOR)
        async with httpx2.AsyncClient(transport=self._transport, base_url="http://fastauth") as client:
            answers = await asyncio.gather(*(client.get("/health/ready") for _ in range(ASKING)))
        return {answer.status_code for answer in answers}

    async def becomes(self, statuses: set[int]) -> None:
        """Ask until that is the answer: a server takes a moment to read its configuration."""
        async with asyncio.timeout(30):
            while await self.statuses() != statuses:
                pass


@pytest.fixture
async def readiness(mortal_postgres: PostgresServer) -> AsyncIterator[Readiness]:
    readiness = Readiness(mortal_postgres.url)
    await migrate_database(readiness.container)
    await readiness.container.rotate_keys()()
    yield readiness
    await readiness.container.database().close()


class TestReadiness:
    """Uncontrolled resource consumption (CWE-770): connections of the database, by any client."""

    async def test_concurrent_probes_share_one_connection(
        self, readiness: Readiness, mortal_postgres: PostgresServer
    ) -> None:
        assert await readiness.statuses() == {200}
        assert readiness.connections <= 1
        assert readiness.statements == 2

        assert await readiness.statuses() == {200}
        assert (readiness.connections, readiness.statements) == (0, 2)

        mortal_postgres.kill()
        assert await readiness.statuses() == {503}
        assert readiness.connections == 0

        mortal_postgres.start()
        assert await readiness.statuses() == {200}
        assert (readiness.connections, readiness.statements) == (1, 2)

    async def test_read_only_server_is_not_ready(
        self, readiness: Readiness, mortal_postgres: PostgresServer
    ) -> None:
        assert await readiness.statuses() == {200}
        mortal_postgres.shell("psql -c 'ALTER SYSTEM SET default_transaction_read_only = on'")
        mortal_postgres.shell("psql -c 'SELECT pg_reload_conf()'")
        await readiness.becomes({503})
        mortal_postgres.shell("psql -c 'ALTER SYSTEM RESET default_transaction_read_only'")
        mortal_postgres.shell("psql -c 'SELECT pg_reload_conf()'")
        await readiness.becomes({200})
        assert readiness.connections == 1
