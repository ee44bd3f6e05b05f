"""The state machine over SQLite and Postgres."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.application import Application
from tests.harness.databases import AUDIT_COLUMNS, connect, unit_of_work, username_key_of
from tests.harness.editions import size
from tests.refresh_state_machine import TERMS, RefreshTokenMachine, Result

from fastauth.adapters.sql import SqlPasswordRepository, SqlSessionRepository, SqlUserRepository, migrate


@pytest.fixture
def machine(used_database_url: str) -> type[RefreshTokenMachine]:
    class OverSql(RefreshTokenMachine):
        def __init__(self) -> None:
            super().__init__()
            self.loop = asyncio.new_event_loop()

        def teardown(self) -> None:
            self.run(self.database.close())
            self.loop.close()

        def make_application(self) -> Application:
            self.database = connect(used_database_url)
            self.run(migrate(self.database, username_key_of=username_key_of))
            connections = self.database.autocommit
            return Application(
                policy=TERMS,
                users=SqlUserRepository(connections=connections, audit_columns=AUDIT_COLUMNS),
                passwords=SqlPasswordRepository(connections=connections, audit_columns=AUDIT_COLUMNS),
                sessions=SqlSessionRepository(connections=connections, audit_columns=AUDIT_COLUMNS),
                unit_of_work=unit_of_work(self.database),
            )

        def run(self, act: Coroutine[Any, Any, Result]) -> Result:
            return self.loop.run_until_complete(act)

    return OverSql


class TestRefreshTokens:
    def test_state_machine(self, machine: type[RefreshTokenMachine]) -> None:
        bounds = settings(max_examples=size(8, 30), stateful_step_count=30, deadline=None)
        run_state_machine_as_test(machine, settings=bounds)
