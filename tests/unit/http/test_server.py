"""The process that serves, before it does."""

import asyncio
import signal

import pytest
import uvicorn

from fastauth.entrypoints.http.server.run import sigterm_handler

pytestmark = pytest.mark.anyio


class TestSigterm:
    async def test_during_startup_ends_the_server(self) -> None:
        """The exception that the signal raises may be lost; the server ends nevertheless."""
        """A handler may run while an object is collected, where Python drops what it raises."""

        async def application(_scope: object, _receive: object, _send: object) -> None:
            raise AssertionError("nobody asks")

        server = uvicorn.Server(uvicorn.Config(application, port=0, lifespan="off", log_config=None))
        with pytest.raises(SystemExit):
            sigterm_handler(server)(signal.SIGTERM, None)
        async with asyncio.timeout(60):  # seconds; it would serve for ever
            await server.serve()
        assert server.started
