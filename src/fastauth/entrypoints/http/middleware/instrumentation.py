"""Passes requests to the instrumentations: metrics and traces."""

from contextlib import ExitStack

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastauth.entrypoints.observability.instrumentation import Instrumentations


def route_template(scope: Scope) -> str | None:
    """Return the template of the route that handles a request; ``None`` if no route does."""
    return getattr(scope.get("route"), "path_format", None)


class InstrumentationMiddleware:
    """Record each request with every instrumentation: method, route template, status, duration."""

    def __init__(self, app: ASGIApp, *, instrumentations: Instrumentations) -> None:
        self._app = app
        self._instrumentations = instrumentations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = None

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with ExitStack() as stack:
            observers = [stack.enter_context(each.request(scope)) for each in self._instrumentations]
            try:
                await self._app(scope, receive, observed_send)
            finally:
                for observe in observers:
                    observe(status, route_template(scope))
