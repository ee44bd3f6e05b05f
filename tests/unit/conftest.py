"""Fixtures of the unit tests: use cases over fakes."""

from tests.application_fixtures import app, clock, storage, tokens  # noqa: F401  fixtures
