"""The application over fakes, as in the unit tests."""

from tests.application_fixtures import (  # noqa: F401  fixtures
    client,
    container,
    instrumentations,
    log,
    mode,
    openapi_document,
    settings,
)
from tests.use_case_fixtures import clock, hasher, storage  # noqa: F401  fixtures
