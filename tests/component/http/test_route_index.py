"""The index of routes finds what a search through all of them finds."""

from collections.abc import Iterator

import httpx2
import pytest
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope
from tests.application import fakes_over
from tests.fakes import FakePasswordHasher, FakeStorage
from tests.harness.tables import row
from tests.http_helpers import assert_problem

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.http.route_index import RouteIndex
from fastauth.entrypoints.settings import Settings

VALUES = {"uuid": "3a1f6f0e-0b7c-4a43-8f70-4b8e6a1f8a11", "credential": "aGVsbG8tYS1jcmVkZW50aWFs", "id": "7"}
"""A value for each class of convertor with that in its name; the others take any text."""
MISSING = ["/missing", "/users/", "/users//me", "//users/me", "/admin/users/7/8/9/10", "/sessions/others/7/8"]
TRIED_AT_MOST = 25
"""Routes with the same first part and number of parts; /users/me/... has the most."""


@pytest.fixture(scope="module")
def routes() -> list[BaseRoute]:
    """All routes of an application, the index first."""
    container = Container(settings=Settings(), **fakes_over(FakeStorage(), FakePasswordHasher()))
    return create_app(container).router.routes


def scope_of(method: str, path: str, **others: str) -> Scope:
    return {"type": "http", "method": method, "path": path, **others}


def search(routes: list[BaseRoute], scope: Scope) -> tuple[Match, Scope]:
    """Return what Starlette finds in the routes, one after the other."""
    found: tuple[Match, Scope] = (Match.NONE, {})
    for route in routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return match, child
        if match is Match.PARTIAL and found[0] is Match.NONE:
            found = match, child
    return found


def examples(routes: list[BaseRoute]) -> Iterator[str]:
    for route in routes:
        if isinstance(route, Route):
            kinds = {name: type(each) for name, each in route.param_convertors.items()}
            yield route.path_format.format_map(
                {
                    name: next((value for key, value in VALUES.items() if key in kind.__name__.lower()), "x")
                    for name, kind in kinds.items()
                }
            )


class TestRouteIndex:
    def test_is_the_first_route(self, routes: list[BaseRoute]) -> None:
        assert isinstance(routes[0], RouteIndex)
        assert not any(isinstance(route, RouteIndex) for route in routes[1:])

    def test_finds_the_same_route(self, routes: list[BaseRoute]) -> None:
        index, *others = routes
        for path in {*examples(others)}:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
                with row(f"{method} {path}"):
                    match, child = index.matches(scope_of(method, path))
                    expected = search(others, scope_of(method, path))
                    assert expected[0] is not Match.NONE
                    assert (match, {key: child[key] for key in expected[1]}) == expected

    def test_tries_few_routes(self, routes: list[BaseRoute]) -> None:
        index, *others = routes
        assert isinstance(index, RouteIndex)
        for path in examples(others):
            with row(path):
                assert 1 <= len(index.candidates(path)) <= TRIED_AT_MOST

    def test_tries_no_route_for_another_first_part(self, routes: list[BaseRoute]) -> None:
        index, *others = routes
        assert isinstance(index, RouteIndex)
        mounts = [route for route in others if not isinstance(route, Route)]
        assert index.candidates("/missing") == index.candidates("//users/me") == mounts

    def test_leaves_a_prefix_and_web_sockets_to_the_other_routes(self, routes: list[BaseRoute]) -> None:
        index = routes[0]
        assert index.matches(scope_of("GET", "/auth/users/me", root_path="/auth"))[0] is Match.NONE
        assert index.matches({"type": "websocket", "path": "/users/me"})[0] is Match.NONE

    async def test_missing_path_is_404(self, client: httpx2.AsyncClient) -> None:
        for path in MISSING:
            with row(path):
                assert_problem(await client.get(path), 404, "not_found")
