"""Fixtures of the component tests: the HTTP API over fakes."""

from tests.application_fixtures import (  # noqa: F401  fixtures
    app,
    client,
    clock,
    container,
    hasher,
    instrumentations,
    log,
    mode,
    openapi_document,
    settings,
    storage,
    tokens,
)
