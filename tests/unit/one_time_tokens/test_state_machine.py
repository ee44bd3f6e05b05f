"""The state machine of one-time tokens over the fake."""

from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests.fakes import FakeOneTimeTokenRepository
from tests.fakes.at_once import result_of
from tests.harness.editions import size
from tests.one_time_token_state_machine import OneTimeTokenMachine, Result

from fastauth.domain.accounts.user import UserId


class OverFake(OneTimeTokenMachine):
    def set_up(self) -> None:
        self.tokens, self.users = FakeOneTimeTokenRepository(), [UserId(1), UserId(2)]

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        return result_of(act)


class TestOneTimeTokens:
    def test_state_machine(self) -> None:
        bounds = settings(max_examples=size(40, 200), stateful_step_count=40, deadline=None)
        run_state_machine_as_test(OverFake, settings=bounds)
