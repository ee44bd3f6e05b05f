"""The databases that the integration tests run on, and what happens where PostgreSQL is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.harness.postgres import NoPostgresError

BACKENDS = ["sqlite", "postgres"]


@contextmanager
def fail_without_postgres() -> Iterator[None]:
    """Fail the test with the reason in one line, without a traceback, if no server can be started."""
    reason = None
    try:
        yield
    except NoPostgresError as error:
        reason = str(error)
    if reason:
        pytest.fail(reason, pytrace=False)
