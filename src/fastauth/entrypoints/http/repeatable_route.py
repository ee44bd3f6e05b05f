"""Routes of which a ``POST`` request may be sent again with its ``Idempotency-Key``."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Self

from fastapi import Depends, Request, Response
from starlette.types import Message, Receive

from fastauth.domain.idempotency.errors import FIELD, IdempotencyKeyInUse
from fastauth.domain.principals.principal import Principal
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.dependencies import authenticated_principal
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.idempotency import idempotency_key
from fastauth.entrypoints.http.stored_response import dump, load
from fastauth.entrypoints.http.strict_json import StrictJSONRoute, StrictRequest


class RepeatableRoute(StrictJSONRoute):
    """A route of a principal. A router takes part by ``route_class=RepeatableRoute.needing(...)``.

    Its use case must do all that it stores in one unit of work, and read nothing that it has just stored
    outside of it: the transaction ends after the response is made.
    """

    permission: ClassVar[str]
    """What each ``POST`` of the router needs. Its use case checks it again, in its transaction."""

    @classmethod
    def needing(cls, permission: str) -> type[Self]:
        """Return the class of routes that need `permission`."""
        return type(cls.__name__, (cls,), {"permission": permission})

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401  those of FastAPI
        """Document the header."""
        if "POST" in (options.get("methods") or ()):
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(idempotency_key)]
            options["responses"] = {
                **problems(IdempotencyKeyInUse, key=True),
                **(options.get("responses") or {}),
            }
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the base class."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            if request.method != "POST" or FIELD not in request.headers:
                return await handle(request)
            container: Container = request.app.state.container
            principal = await authenticated_principal(request)  # first: a stranger gets no other error
            key = await idempotency_key(request)
            if key is None:
                return await handle(request)
            body = await StrictRequest(request.scope, request.receive).body()
            repeatable = container.repeatable_requests().request(
                key,
                operation=f"POST {request.scope['path']}",
                sender=_sender(principal),
                payload={"query": request.scope["query_string"].decode("latin-1"), "body": body.hex()},
            )

            async def run() -> str:
                return dump(await handle(Request(request.scope, _replay(body, request.receive))))

            run_once = container.run_once()
            return load(await run_once(repeatable, run, acting=principal, permission=self.permission))

        return once


def _sender(principal: Principal) -> str:
    return f"{principal.kind} {principal.user_id} {principal.client_id} {principal.key_id}"


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that begins with the whole body."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
