"""Fixtures of the unit tests: use cases over fakes."""

from tests.use_case_fixtures import app, clock, storage, tokens  # noqa: F401  fixtures
