import logging

import pytest

from fastauth.entrypoints.cli.runner import run
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

POOL_LOG = logging.getLogger("sqlalchemy.pool.impl.AsyncAdaptedQueuePool")


class TestRun:
    def test_interrupted_rollback_is_not_logged(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Ctrl-C cancels the rollback of a statement too; SQLAlchemy logs that with a traceback."""

        async def interrupted(_container: Container) -> None:
            POOL_LOG.error("Exception during reset or similar")

        run(interrupted, settings)
        assert caplog.records == []

    def test_pool_errors_are_logged_afterwards(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        """`fastauth serve` starts with a command that has ended."""

        async def nothing(_container: Container) -> None: ...

        run(nothing, settings)
        POOL_LOG.error("Exception during reset or similar")
        assert len(caplog.records) == 1
