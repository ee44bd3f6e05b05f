"""The state machine over SQLite and Postgres."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.application import Application
from tests.harness.databases import AUDIT_COLUMNS, connect, unit_of_work
from tests.harness.editions import size
from tests.harness.threadless_sqlite import use_no_threads
from tests.refresh_state_machine import TERMS, RefreshTokenMachine, Result

from fastauth.adapters.sql import SqlPasswordRepository, SqlSessionRepository, SqlUserRepository


@pytest.fixture
def machine(migrated_database_url: str) -> Iterator[type[RefreshTokenMachine]]:
    """Return the machine. Its examples share connections, as each has accounts of its own."""
    with asyncio.Runner() as runner:
        database = use_no_threads(connect(migrated_database_url))
        connections = database.autocommit

        class OverSql(RefreshTokenMachine):
            def make_application(self) -> Application:
                return Application(
                    policy=TERMS,
                    users=SqlUserRepository(connections=connections, audit_columns=AUDIT_COLUMNS),
                    passwords=SqlPasswordRepository(connections=connections, audit_columns=AUDIT_COLUMNS),
                    sessions=SqlSessionRepository(connections=connections, audit_columns=AUDIT_COLUMNS),
                    unit_of_work=unit_of_work(database),
                )

            def run(self, act: Coroutine[Any, Any, Result]) -> Result:
                return runner.run(act)

        yield OverSql
        runner.run(database.close())


class TestRefreshTokens:
    def test_state_machine(self, machine: type[RefreshTokenMachine]) -> None:
        bounds = settings(max_examples=size(4, 30), stateful_step_count=30, deadline=None)
        run_state_machine_as_test(machine, settings=bounds)
