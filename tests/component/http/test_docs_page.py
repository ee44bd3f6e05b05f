"""The pages `/docs` and `/openapi.json`, and the root path."""

import re
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from tests.container_pool import a_container
from tests.http_helpers import assert_problem

from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Mode, Settings

URL = "/users/register"


class TestDocsPage:
    async def test_served_in_development(self, client: httpx2.AsyncClient) -> None:
        page = (await client.get("/docs")).text
        files = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(files) == 3
        for file in files:
            assert (await client.get(urljoin("/docs", file))).status_code == 200
        assert "//" not in "".join(files)

    async def test_works_behind_path_prefix(
        self, client: httpx2.AsyncClient, openapi_document: dict[str, Any]
    ) -> None:
        page = (await client.get("/docs")).text
        named = [*re.findall(r'(?:src|href)="([^"]+)"', page), *re.findall(r"url: '([^']+)'", page)]
        assert "openapi.json" in named
        assert {urljoin("/auth/docs", each)[:6] for each in named} == {"/auth/"}
        (server,) = openapi_document["servers"]
        assert urljoin("/auth/openapi.json", server["url"]) == "/auth/"

    async def test_root_redirects_to_docs_in_development_without_pages(self) -> None:
        """The target is relative: a proxy may strip a prefix."""
        app = create_app(a_container(settings=Settings(pages=False)))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            for method in ("GET", "HEAD"):
                response = await client.request(method, "/")
                assert (response.status_code, response.content) == (307, b""), method
                assert urljoin("/", response.headers["location"]) == "/docs"
                assert urljoin("/auth/", response.headers["location"]) == "/auth/docs"
            assert "/" not in (await client.get("/openapi.json")).json()["paths"]

    @pytest.mark.parametrize(
        "settings",
        [
            Settings(mode=Mode.PRODUCTION, pages=False),
            Settings(mode=Mode.PRODUCTION, docs=True, pages=False),
            Settings(docs=False, pages=False),
        ],
    )
    async def test_root_is_not_found_without_pages_in_production_or_without_docs(
        self, settings: Settings
    ) -> None:
        app = create_app(a_container(settings=settings))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            assert_problem(await client.get("/"), 404, "not_found")
            assert (await client.head("/")).status_code == 404

    async def test_not_found_in_production(self) -> None:
        app = create_app(a_container(settings=Settings(mode=Mode.PRODUCTION)))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
            for path in ("/docs", "/openapi.json", "/redoc", "/docs/files/swagger-ui.css"):
                assert_problem(await client.get(path), 404, "not_found")

    async def test_examples_are_accepted(
        self, client: httpx2.AsyncClient, openapi_document: dict[str, Any]
    ) -> None:
        body = openapi_document["paths"][URL]["post"]["requestBody"]["content"]["application/json"]
        for example in body["examples"].values() if "examples" in body else body["schema"]["examples"]:
            assert (await client.post(URL, json=example.get("value", example))).status_code == 201

    def test_problems_have_their_media_type(self, openapi_document: dict[str, Any]) -> None:
        responses = openapi_document["paths"][URL]["post"]["responses"]
        assert set(responses) == {"201", "403", "409", "413", "415", "422", "429", "503"}
        for status, response in responses.items():
            media = "application/json" if status == "201" else "application/problem+json"
            assert list(response["content"]) == [media]
