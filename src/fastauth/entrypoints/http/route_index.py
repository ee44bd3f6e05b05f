"""A route that finds the route of a path without trying all of them.

Starlette tries the regular expressions of all routes in order. With 220 routes that takes up to half a
millisecond, the longest for a path that does not exist.
"""

from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

_FOUND = "fastauth.route"


class RouteIndex(BaseRoute):
    """Routes by the first part of their path and the number of its parts.

    It stands before those routes, which remain for the OpenAPI document, and for requests below a prefix.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._mounts = [route for route in routes if not isinstance(route, Route)]
        self._routes: dict[tuple[str, int], list[BaseRoute]] = defaultdict(list)
        for route in routes:
            if isinstance(route, Route):
                self._routes[_key(route.path_format)].append(route)

    def candidates(self, path: str) -> Sequence[BaseRoute]:
        """Return the routes that `path` may have, in their order, and all mounts."""
        return [*self._routes.get(_key(path), ()), *self._mounts]

    def methods(self, path: str) -> list[str]:
        """Return the methods that `path` has, in alphabetical order."""
        routes = [each for each in self.candidates(path) if isinstance(each, Route)]
        return sorted({name for each in routes if each.path_regex.match(path) for name in each.methods or ()})

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return the best match, which is one with a 404 for a path that no route has."""
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        partial: Scope | None = None
        for route in self.candidates(scope["path"]):
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                return match, {**child_scope, _FOUND: route}
            if match is Match.PARTIAL and partial is None:
                partial = {**child_scope, _FOUND: route}
        return (Match.FULL, {_FOUND: None}) if partial is None else (Match.PARTIAL, partial)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request as the route does that was found.

        Raises:
            HTTPException: There is none (404).
        """
        route: BaseRoute | None = scope.pop(_FOUND)
        if route is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        await route.handle(scope, receive, send)


def _key(path: str) -> tuple[str, int]:
    parts = path.split("/", 2)
    return parts[1] if len(parts) > 1 else "", path.count("/")
