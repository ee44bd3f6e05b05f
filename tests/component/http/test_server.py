"""The process that serves, before it does."""

import asyncio
import signal

import pytest
import uvicorn

from fastauth.entrypoints.http.server.run import server_config, sigterm_handler
from fastauth.entrypoints.settings import Settings

pytestmark = pytest.mark.anyio


class TestServerConfig:
    def test_worker_on_a_busy_machine_has_time_to_answer(self) -> None:
        """At a load of 15 on two processors, uvicorn's default of 5 s kills every worker while it starts."""
        assert server_config(Settings(workers=2)).timeout_worker_healthcheck == 30


class TestSigterm:
    async def test_during_startup_ends_the_server(self) -> None:
        """The exception that the signal raises may be lost; the server ends nevertheless."""

        async def application(_scope: object, _receive: object, _send: object) -> None:
            raise AssertionError("it must not be called")

        server = uvicorn.Server(uvicorn.Config(application, port=0, lifespan="off", log_config=None))
        with pytest.raises(SystemExit):
            sigterm_handler(server)(signal.SIGTERM, None)
        async with asyncio.timeout(60):  # seconds; otherwise it would not end
            await server.serve()
        assert server.started
