"""A line to a server, in which things go wrong when they are told to."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self, TypeVar

Result = TypeVar("Result")

CHUNK = 65_536


class Proxy:
    """Passes bytes on to a port of this machine, late or never.

    It runs on a thread and an event loop of its own; any thread may change `delay`, or call
    `stall`, `resume` and `cut`.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._flowing = asyncio.Event()
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.delay = 0.0
        """Seconds by which every answer of the server is late."""

    def __enter__(self) -> Self:
        self._thread.start()
        self.resume()
        self._server = self._on_loop(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._on_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def stall(self) -> None:
        """From now on take every connection and every byte, and pass nothing on."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def resume(self) -> None:
        """Pass everything on again, what has been held back included."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    def cut(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for line in self._lines:
            line.transport.abort()

    def _on_loop(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _end(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self._lines.add(writer)
        with suppress(OSError, asyncio.CancelledError):
            await self._flowing.wait()
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._lines.add(server_writer)
            try:
                await asyncio.gather(
                    self._pass(reader, server_writer, late=False),
                    self._pass(server_reader, writer, late=True),
                )
            finally:
                self._hang_up(server_writer)
        self._hang_up(writer)
        self._tasks.discard(task)

    def _hang_up(self, line: asyncio.StreamWriter) -> None:
        self._lines.discard(line)
        line.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, late: bool) -> None:
        while chunk := await reader.read(CHUNK):
            await asyncio.sleep(self.delay if late else 0)
            await self._flowing.wait()
            writer.write(chunk)
            await writer.drain()
        raise ConnectionResetError
