"""Errors as problem details (RFC 9457)."""

import re
from collections.abc import Sequence
from datetime import datetime
from io import StringIO

import httpx2
import pytest
from tests.application import fakes_over
from tests.attacks.malformed_requests import CANARY
from tests.builders import a_registration
from tests.container_pool import a_container
from tests.fakes import FakeErasureRepository, FakePasswordHasher, FakeStorage
from tests.http_helpers import assert_problem

from fastauth.domain import errors
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import FastauthError, StorageUnavailable
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.personal_data.erasure import NameDigest
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.problem_details import status_of
from fastauth.entrypoints.settings import Settings

JSON = {"Content-Type": "application/json"}
URL = "/users/register"


class TestProblemDetails:
    def leaves(self, node: type[FastauthError] = FastauthError) -> list[type[FastauthError]]:
        return [leaf for child in node.__subclasses__() for leaf in self.leaves(child)] or [node]

    def test_every_error_has_status_and_code(self) -> None:
        for leaf in self.leaves():
            assert 400 <= status_of(leaf()) < 600
            assert re.fullmatch("[a-z_]+", leaf.code)

    def test_docstring_lists_every_error(self) -> None:
        for leaf in self.leaves():
            if leaf.__module__ == errors.__name__:
                assert leaf.__name__ in (errors.__doc__ or "")

    @pytest.mark.parametrize(
        ("coding", "status"),
        [
            ("gzip", 415),
            ("br", 415),
            ("gzip, identity", 415),
            ("x", 415),
            ("identity", 422),
            ("Identity", 422),
        ],
    )
    async def test_rejects_content_encoding(
        self, client: httpx2.AsyncClient, coding: str, status: int
    ) -> None:
        response = await client.post(
            "/sessions", content=b"\x1f", headers={**JSON, "Content-Encoding": coding}
        )
        assert response.status_code == status
        assert response.headers.get("accept-encoding") == ("identity" if status == 415 else None)
        if status == 415:
            assert_problem(response, 415, "content_encoding_not_supported")

    async def test_unavailable_storage_has_retry_after(
        self, settings: Settings, hasher: FakePasswordHasher
    ) -> None:
        class Away(FakeErasureRepository):
            async def is_taken(self, name: Username, digests: Sequence[NameDigest], *, now: datetime) -> bool:
                raise StorageUnavailable

        storage = FakeStorage()
        fakes = fakes_over(storage, hasher) | {"erasures": Away(storage)}
        app = create_app(a_container(settings=settings, **fakes))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            response = await client.post(URL, json=a_registration())
        assert_problem(response, 503, "storage_unavailable")
        assert response.headers["retry-after"] == "1"

    async def test_unhandled_exception_discloses_nothing(self, settings: Settings, log: StringIO) -> None:
        """R43: an error of the database discloses rows or hosts.

        CVE-2022-31177, CVE-2023-34110 (Flask-AppBuilder), CVE-2024-32967 (Zitadel); CWE-209.
        """

        class Broken(FakePasswordHasher):
            async def hash(self, password: Password) -> PasswordHash:
                raise ValueError(password.text)

        app = create_app(a_container(settings=settings, **fakes_over(FakeStorage(), Broken())))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            response = await client.post(URL, json=a_registration(password=CANARY))
        assert_problem(response, 500, "internal_error")
        assert response.headers["x-request-id"] in log.getvalue()
        assert "ValueError" in log.getvalue()
        assert CANARY not in response.text + log.getvalue()
