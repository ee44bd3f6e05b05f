"""The state machine over the fakes."""

from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from tests import container_pool
from tests.application import Application
from tests.fakes.at_once import result_of
from tests.harness.editions import size
from tests.refresh_state_machine import TERMS, RefreshTokenMachine, Result


class OverFakes(RefreshTokenMachine):
    def teardown(self) -> None:
        container_pool.take_back()  # the next example uses it

    def make_application(self) -> Application:
        return Application(policy=TERMS)

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        return result_of(act)


class TestRefreshTokens:
    def test_state_machine(self) -> None:
        bounds = settings(max_examples=size(40, 150), stateful_step_count=40, deadline=None)
        run_state_machine_as_test(OverFakes, settings=bounds)
