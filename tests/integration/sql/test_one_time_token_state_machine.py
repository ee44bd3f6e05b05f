"""The state machine of one-time tokens over SQLite and PostgreSQL."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.builders import a_new_user
from tests.harness.databases import AUDIT_COLUMNS, connect
from tests.harness.editions import size
from tests.one_time_token_state_machine import OneTimeTokenMachine, Result

from fastauth.adapters.sql import SqlOneTimeTokenRepository, SqlUserRepository


@pytest.fixture
def machine(migrated_database_url: str) -> Iterator[type[OneTimeTokenMachine]]:
    """One loop and its connections serve all examples."""
    loop, database = asyncio.new_event_loop(), connect(migrated_database_url)

    class OverSql(OneTimeTokenMachine):
        def set_up(self) -> None:
            connections = database.autocommit
            self.tokens = SqlOneTimeTokenRepository(connections=connections)
            accounts = SqlUserRepository(connections=connections, audit_columns=AUDIT_COLUMNS)
            self.users = []
            for _ in range(2):
                adding = accounts.add(a_new_user())
                self.users.append(self.run(adding).id)

        def run(self, act: Coroutine[Any, Any, Result]) -> Result:
            return loop.run_until_complete(act)

    yield OverSql
    loop.run_until_complete(database.close())
    loop.close()


class TestOneTimeTokens:
    def test_live_as_they_should(self, machine: type[OneTimeTokenMachine]) -> None:
        bounds = settings(max_examples=size(5, 30), stateful_step_count=30, deadline=None)
        run_state_machine_as_test(machine, settings=bounds)
