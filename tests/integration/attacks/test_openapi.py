"""The OpenAPI document and the service agree on every operation."""

import pytest
from sqlalchemy import make_url
from tests.harness.editions import IS_THOROUGH, size

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+psycopg"}


class TestOpenApi:
    @pytest.mark.parametrize("backend", DRIVERS if IS_THOROUGH else ["sqlite"])
    def test_document_matches_the_service(self, request: pytest.FixtureRequest, backend: str) -> None:
        """One database is enough: `test_malformed_requests` shows that both answer alike."""
        from tests.attacks.openapi_document import (  # noqa: PLC0415  schemathesis takes a second to import
            Conformance,
        )

        url = make_url(request.getfixturevalue(f"{backend}_url")).set(drivername=DRIVERS[backend])
        app = create_app(
            Container(settings=Settings(database_url=url, argon2_memory_kib=64, argon2_time_cost=1))
        )
        found = Conformance.of(app)
        assert found.wrong == []
        operations = app.openapi()["paths"]
        assert found.tested == {
            f"{method.upper()} {path}" for path, each in operations.items() for method in each
        }
        assert found.cases > size(5, 10) * len(found.tested)
