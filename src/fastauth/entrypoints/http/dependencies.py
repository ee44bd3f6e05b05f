"""What routes depend on: the container, the caller, and the client that sent the request."""

from itertools import islice
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fastauth.domain.sessions.errors import InvalidAccessToken, MissingAccessToken
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.request_origin import current_event_source

SCOPE_USER_ID = "fastauth.user"
"""The key of the caller's number in the scope of a request, once it is known."""

MAX_USER_AGENT_LENGTH = 256
"""Characters that are kept of what a browser says of itself."""


async def _container(request: Request) -> Container:  # a plain function would be sent to a thread
    container: Container = request.app.state.container
    return container


ContainerDep = Annotated[Container, Depends(_container)]
"""The container of the application. A route asks it for the use case that it calls."""


class _Bearer(HTTPBearer):
    """Finds the caller. Swagger UI's button comes from the class of FastAPI's, which reads less strictly."""

    async def __call__(self, request: Request) -> AuthenticatedUser:  # type: ignore[override]  # more than what was sent
        sent = request.headers.getlist("authorization")
        if not sent:
            raise MissingAccessToken
        scheme, _, token = sent[0].partition(" ")
        if len(sent) > 1:
            raise InvalidAccessToken
        if scheme.lower() != "bearer":
            raise MissingAccessToken
        container = await _container(request)
        caller = await container.authenticate()(access_token=token.lstrip(" "))  # 1*SP: RFC 6750, 2.1
        request.scope[SCOPE_USER_ID] = caller.user.id  # logged if the request is refused all the same
        return caller


_bearer = _Bearer(scheme_name="HTTPBearer", bearerFormat="JWT", description="The access token of a session.")

CallerDep = Annotated[AuthenticatedUser, Depends(_bearer)]
AUTHENTICATION_ERRORS = (MissingAccessToken, InvalidAccessToken)
"""What a route answers where `CallerDep` finds nobody."""


async def _client_address() -> str:
    return current_event_source().address or ""


ClientAddressDep = Annotated[str, Depends(_client_address)]


async def _device(request: Request) -> ClientInfo:
    agent = request.headers.get("user-agent", "")
    printable = "".join(islice(filter(str.isprintable, agent), MAX_USER_AGENT_LENGTH))
    return ClientInfo(user_agent=printable, address=await _client_address())


DeviceDep = Annotated[ClientInfo, Depends(_device)]
