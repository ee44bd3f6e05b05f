"""The state machine of one-time tokens over SQLite and PostgreSQL."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.builders import a_new_user
from tests.harness.databases import AUDIT_COLUMNS, connect, username_key_of
from tests.harness.editions import size
from tests.one_time_token_state_machine import OneTimeTokenMachine, Result

from fastauth.adapters.sql import SqlOneTimeTokenRepository, SqlUserRepository, migrate


@pytest.fixture
def machine(used_database_url: str) -> type[OneTimeTokenMachine]:
    class OverSql(OneTimeTokenMachine):
        def __init__(self) -> None:
            super().__init__()
            self.loop = asyncio.new_event_loop()

        def teardown(self) -> None:
            self.run(self.database.close())
            self.loop.close()

        def set_up(self) -> None:
            self.database = connect(used_database_url)
            self.run(migrate(self.database, username_key_of=username_key_of))
            connections = self.database.autocommit
            self.tokens = SqlOneTimeTokenRepository(connections=connections)
            accounts = SqlUserRepository(connections=connections, audit_columns=AUDIT_COLUMNS)
            self.users = []
            for _ in range(2):
                adding = accounts.add(a_new_user())
                self.users.append(self.run(adding).id)

        def run(self, act: Coroutine[Any, Any, Result]) -> Result:
            return self.loop.run_until_complete(act)

    return OverSql


class TestOneTimeTokens:
    def test_live_as_they_should(self, machine: type[OneTimeTokenMachine]) -> None:
        bounds = settings(max_examples=size(8, 30), stateful_step_count=30, deadline=None)
        run_state_machine_as_test(machine, settings=bounds)
