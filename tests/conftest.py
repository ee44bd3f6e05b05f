"""Hooks and fixtures of every test."""

import gc
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from tests.harness import fork_server, memory
from tests.harness.editions import IS_THOROUGH, size

# httpx2 looks for sniffio in each request to an application in process, and a module that is missing is
# looked for in every directory again. None says so at once.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # typeshed does not know it

gc.disable()  # for imports and the collection of tests, which leave little garbage: they take a tenth less

DEAREST_FIRST = (
    "integration/faults",
    "integration/upgrade",
    "integration/attacks",
    "integration/http",
    "integration",
    "attacks",
)
"""Folders of slow tests. One process begins with them and one with the last, quick tests, so that one waits
while the other computes. Where they meet, files are short, and both end together."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--random-order", type=int, metavar="SEED", help="shuffle the files, and the tests of each file"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the directory of temporary files, and the examples of Hypothesis."""
    opened = ExitStack()
    opened.enter_context(memory.temporary_files())
    config.add_cleanup(opened.close)
    use_hypothesis()


def use_hypothesis() -> None:
    """Tell Hypothesis that the machine may be busy. `make thorough` has more examples, others in each run."""
    settings.register_profile(
        "busy",
        deadline=None,
        derandomize=not IS_THOROUGH,
        max_examples=size(40, 100),
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("busy")


@pytest.hookimpl(tryfirst=True)  # pytest then groups the tests that share a service or a database
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_expense)
    seed = config.getoption("random_order")
    if seed is not None:
        items[:] = _shuffled(items, Random(seed))  # noqa: S311  an order is no secret


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every garbage collection."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)  # after the fixtures of the test
def pytest_runtest_teardown() -> None:
    """Reset the containers that the test used, if it used any."""
    if pool := sys.modules.get("tests.container_pool"):
        pool.take_back()


def _expense(item: pytest.Item) -> int:
    folder = item.nodeid.removeprefix("tests/")
    return next(
        (place for place, name in enumerate(DEAREST_FIRST) if folder.startswith(name)), len(DEAREST_FIRST)
    )


def _shuffled(items: list[pytest.Item], random: Random) -> list[pytest.Item]:
    """Return the items in a random order. Those of a file stay together, as they share fixtures."""
    places: dict[str, float] = {}
    for item in items:
        places.setdefault(str(item.path), random.random())
    return sorted(items, key=lambda item: (places[str(item.path)], random.random()))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def forked_services() -> Iterator[None]:
    """Fork every service that a test starts."""
    with fork_server.forked_services():
        yield
