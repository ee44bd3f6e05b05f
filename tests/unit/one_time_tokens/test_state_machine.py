"""The state machine of one-time tokens over the fake."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from tests.fakes import FakeOneTimeTokenRepository
from tests.harness.editions import size
from tests.one_time_token_state_machine import OneTimeTokenMachine, Result

from fastauth.domain.accounts.user import UserId


class OverFake(OneTimeTokenMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()

    def teardown(self) -> None:
        self.loop.close()

    def set_up(self) -> None:
        self.tokens, self.users = FakeOneTimeTokenRepository(), [UserId(1), UserId(2)]

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(act)


TestOneTimeTokens = OverFake.TestCase
TestOneTimeTokens.settings = settings(max_examples=size(40, 200), stateful_step_count=40, deadline=None)
