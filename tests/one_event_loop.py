"""One event loop for all tests of a file. One for each test costs more than most of the tests.

The `conftest.py` of a folder imports both names.
"""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import pytest


class EventLoop(NamedTuple):
    loop: asyncio.AbstractEventLoop
    runner: asyncio.Task[object] | None
    """The task that runs fixtures and tests."""


@pytest.fixture(scope="module", autouse=True)
async def event_loop(anyio_backend: str) -> EventLoop:
    """Keep the event loop until the end of the file: tests of databases get a loop of their own."""
    assert anyio_backend == "asyncio"
    return EventLoop(asyncio.get_running_loop(), asyncio.current_task())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Function) -> Iterator[None]:
    """Fail if a test leaves a task to the tests after it."""
    yield
    used = item.funcargs["event_loop"]
    assert isinstance(used, EventLoop)
    left = asyncio.all_tasks(used.loop) - {used.runner}
    for task in left:
        task.cancel()
    assert not left
