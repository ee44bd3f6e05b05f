"""Fixtures of the unit tests: use cases over fakes."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from tests.use_case_fixtures import app, clock, storage, tokens  # noqa: F401  fixtures


class EventLoop(NamedTuple):
    loop: asyncio.AbstractEventLoop
    runner: asyncio.Task[object] | None
    """The task that runs fixtures and tests."""


@pytest.fixture(scope="session", autouse=True)
async def event_loop(anyio_backend: str) -> EventLoop:
    """Keep one event loop for all tests: one for each test costs more than most of them."""
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
