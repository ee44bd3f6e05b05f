"""Fixtures of the component tests: the HTTP API over fakes."""

from tests.application_fixtures import (  # noqa: F401  fixtures
    client,
    container,
    instrumentations,
    log,
    mode,
    openapi_document,
    settings,
)
from tests.one_event_loop import event_loop, pytest_runtest_teardown  # noqa: F401  fixture, hook
from tests.use_case_fixtures import app, clock, hasher, storage, tokens  # noqa: F401  fixtures
