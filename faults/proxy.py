"""A TCP proxy that delays, stalls or resets connections on demand."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Self, TypeVar

Result = TypeVar("Result")

CHUNK = 65_536


class Proxy:
    """Forwards connections to a port of this machine.

    It runs an event loop in a thread of its own. `delay`, `stall`, `resume` and `cut` may be used from any
    thread.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._forwarding = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.delay = 0.0
        """Seconds by which every chunk from the server is delayed."""

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
        """Accept connections and bytes, and forward nothing."""
        self._loop.call_soon_threadsafe(self._forwarding.clear)

    def resume(self) -> None:
        """Forward again, including the bytes that were held back."""
        self._loop.call_soon_threadsafe(self._forwarding.set)

    def cut(self) -> None:
        """Reset every connection."""
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

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
        self._writers.add(writer)
        with suppress(OSError, asyncio.CancelledError):
            await self._forwarding.wait()
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(server_writer)
            try:
                await asyncio.gather(
                    self._forward(reader, server_writer, delayed=False),
                    self._forward(server_reader, writer, delayed=True),
                )
            finally:
                self._reset(server_writer)
        self._reset(writer)
        self._tasks.discard(task)

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.transport.abort()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, delayed: bool
    ) -> None:
        while chunk := await reader.read(CHUNK):
            await asyncio.sleep(self.delay if delayed else 0)
            await self._forwarding.wait()
            writer.write(chunk)
            await writer.drain()
        raise ConnectionResetError
