"""Fixtures of the unit tests: use cases over fakes."""

from tests.one_event_loop import event_loop, pytest_runtest_teardown  # noqa: F401  fixture, hook
from tests.use_case_fixtures import app, clock, storage, tokens  # noqa: F401  fixtures
