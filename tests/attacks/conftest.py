"""The application over fakes, as in the unit tests."""

from tests.application_fixtures import (  # noqa: F401  fixtures
    client,
    clock,
    container,
    hasher,
    instrumentations,
    log,
    mode,
    settings,
    storage,
)
