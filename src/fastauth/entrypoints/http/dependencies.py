"""What routes may ask for: the use cases by their names, and who is asking."""

from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.application.accounts.register_user import RegisterUser
from fastauth.application.operations.check_readiness import ShareReadiness
from fastauth.application.passwords.change_password import ChangePassword
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.application.sessions.log_in import LogIn
from fastauth.application.sessions.log_out import LogOut
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.application.signing_keys.publish_keys import PublishKeys
from fastauth.domain.sessions.errors import InvalidAccessToken, NoAccessToken
from fastauth.domain.sessions.session import Caller, Device
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.request_origin import current_origin
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.shutdown import Stopping

Part = TypeVar("Part")

USER = "fastauth.user"
"""The key of the caller's number in the scope of a request, once it is known."""

LONGEST_USER_AGENT = 256
"""Characters that are kept of what a browser says of itself."""


def from_container(choose: Callable[[Container], Part]) -> Any:  # noqa: ANN401  what Depends returns
    """Return a FastAPI dependency on what `choose` takes out of the application's container."""

    async def chosen(request: Request) -> Part:  # a plain function would be sent to a thread
        return choose(request.app.state.container)

    return Depends(chosen)


SettingsDep = Annotated[Settings, from_container(lambda c: c.settings())]
CheckReadinessDep = Annotated[ShareReadiness, from_container(lambda c: c.check_readiness())]
StoppingDep = Annotated[Stopping, from_container(lambda c: c.stopping())]
RegisterUserDep = Annotated[RegisterUser, from_container(lambda c: c.register_user())]
LogInDep = Annotated[LogIn, from_container(lambda c: c.log_in())]
RefreshSessionDep = Annotated[RefreshSession, from_container(lambda c: c.refresh_session())]
ListSessionsDep = Annotated[ListSessions, from_container(lambda c: c.list_sessions())]
LogOutDep = Annotated[LogOut, from_container(lambda c: c.log_out())]
ChangePasswordDep = Annotated[ChangePassword, from_container(lambda c: c.change_password())]
ChangeFullNameDep = Annotated[ChangeFullName, from_container(lambda c: c.change_full_name())]
PublishKeysDep = Annotated[PublishKeys, from_container(lambda c: c.publish_keys())]


class _Bearer(HTTPBearer):
    """Finds the caller. Swagger UI's button comes from the class of FastAPI's, which reads less strictly."""

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]  # more than what was sent
        sent = request.headers.getlist("authorization")
        if not sent:
            raise NoAccessToken
        scheme, _, token = sent[0].partition(" ")
        if len(sent) > 1:
            raise InvalidAccessToken
        if scheme.lower() != "bearer":
            raise NoAccessToken
        authenticate: Authenticate = request.app.state.container.authenticate()
        caller = await authenticate(access_token=token.lstrip(" "))  # 1*SP: RFC 6750, 2.1
        request.scope[USER] = caller.user.id  # for the line of a request that is refused all the same
        return caller


_bearer = _Bearer(scheme_name="HTTPBearer", bearerFormat="JWT", description="The access token of a session.")

CallerDep = Annotated[Caller, Depends(_bearer)]
NOBODY = (NoAccessToken, InvalidAccessToken)
"""What a route answers where `CallerDep` finds nobody."""


async def _client_address() -> str:
    return current_origin().address or ""


ClientAddressDep = Annotated[str, Depends(_client_address)]


async def _device(request: Request) -> Device:
    agent = request.headers.get("user-agent", "")
    printable = "".join(islice(filter(str.isprintable, agent), LONGEST_USER_AGENT))
    return Device(user_agent=printable, address=await _client_address())


DeviceDep = Annotated[Device, Depends(_device)]
