"""Dependencies of routes: the container, the authenticated caller and the client."""

from itertools import islice
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from fastauth.application.sessions.get_account_overview import AccountOverview
from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.clients.secret import PURPOSES
from fastauth.domain.errors import FastauthError, NotOffered
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal
from fastauth.domain.sessions.errors import InvalidAccessToken, MissingAccessToken, StepUpRequired
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.accept_language import preferred_language
from fastauth.entrypoints.request_origin import current_event_source

SCOPE_USER_ID = "fastauth.user"
"""Key of the authenticated account's id in the ASGI scope, for the request log."""

SCOPE_PRINCIPAL = "fastauth.principal"
"""Key of the `Principal` in the ASGI scope: a request is authenticated once."""

MAX_USER_AGENT_LENGTH = 256
"""Characters of a ``User-Agent`` that are stored."""


async def _container(request: Request) -> Container:  # FastAPI would run a plain function in a thread
    container: Container = request.app.state.container
    return container


ContainerDep = Annotated[Container, Depends(_container)]
"""The container of the application, from which a route gets its use case."""


async def _check_mail_offered(container: ContainerDep) -> None:
    if not container.settings().sends_mail:
        raise NotOffered


MAIL_OFFERED = Depends(_check_mail_offered)
"""Raises `NotOffered` if this installation sends no mail."""


async def _check_passkeys_offered(container: ContainerDep) -> None:
    if container.settings().relying_party is None:
        raise NotOffered


PASSKEYS_OFFERED = Depends(_check_passkeys_offered)
"""Raises `NotOffered` if there are no passkeys here: the host of the pages is an IP address."""


def bearer_token(request: Request, *, missing: type[FastauthError], invalid: type[FastauthError]) -> str:
    """Return the credentials of the scheme ``Bearer`` (RFC 6750, section 2.1)."""
    sent = request.headers.getlist("authorization")
    if not sent:
        raise missing
    scheme, _, token = sent[0].partition(" ")
    if len(sent) > 1:
        raise invalid
    if scheme.lower() != "bearer":
        raise missing
    return token.lstrip(" ")  # 1*SP


class _Bearer(HTTPBearer):
    """Authenticates the caller. The base class only documents the scheme: it parses less strictly."""

    async def __call__(self, request: Request) -> AuthenticatedUser:  # type: ignore[override]  # the caller, not only the credentials
        token = bearer_token(request, missing=MissingAccessToken, invalid=InvalidAccessToken)
        container = await _container(request)
        caller = await container.authenticate()(access_token=token)
        request.scope[SCOPE_USER_ID] = caller.user.id  # logged if the request is refused all the same
        return caller


class _OwnAccountBearer(HTTPBearer):
    """Authenticates the caller, and reads the account, by one statement instead of two."""

    async def __call__(self, request: Request) -> AccountOverview:  # type: ignore[override]  # the account, not only the credentials
        token = bearer_token(request, missing=MissingAccessToken, invalid=InvalidAccessToken)
        container = await _container(request)
        return await container.get_own_account()(access_token=token)


_bearer = _Bearer(scheme_name="HTTPBearer", bearerFormat="JWT", description="The access token of a session.")
_own_account = _OwnAccountBearer(
    scheme_name="HTTPBearer", bearerFormat="JWT", description="The access token of a session."
)

CallerDep = Annotated[AuthenticatedUser, Depends(_bearer)]
OwnAccountDep = Annotated[AccountOverview, Depends(_own_account)]
AUTHENTICATION_ERRORS = (MissingAccessToken, InvalidAccessToken)
"""Errors that `CallerDep` and `OwnAccountDep` raise."""


class _PrincipalBearer(HTTPBearer):
    """Authenticates the caller. The base class only documents the scheme."""

    accepts_secrets = False
    """Whether a client secret is accepted in place of an access token."""

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]  # the principal, not only the credentials
        known: Principal | None = request.scope.get(SCOPE_PRINCIPAL)
        if known:
            return known
        token = bearer_token(request, missing=MissingAccessToken, invalid=InvalidAccessToken)
        container = await _container(request)
        if self.accepts_secrets and token.startswith(tuple(PURPOSES)):
            principal = await container.authenticate_secret()(secret=token)
        else:
            principal = await container.authenticate_principal()(access_token=token)
        if principal.user_id is not None:
            request.scope[SCOPE_USER_ID] = principal.user_id
        request.scope[SCOPE_PRINCIPAL] = principal
        return principal


class _FeedReaderBearer(_PrincipalBearer):
    accepts_secrets = True


_principal = _PrincipalBearer(
    scheme_name="HTTPBearer", bearerFormat="JWT", description="The access token of a session."
)
_feed_reader = _FeedReaderBearer(
    scheme_name="ClientSecret", description="The secret of a client, or an access token."
)


async def authenticated_principal(request: Request) -> Principal:
    """Return the caller, before a route runs. `PrincipalDep` returns the same."""
    return await _principal(request)


PrincipalDep = Annotated[Principal, Depends(_principal)]
"""The caller of a route that needs a permission; the use case or the route calls `Principal.require`."""
PRINCIPAL_ERRORS = (*AUTHENTICATION_ERRORS, StepUpRequired, NotPermitted)
"""Errors that `PrincipalDep` and `Principal.require` raise."""

FeedReaderDep = Annotated[Principal, Depends(_feed_reader)]
"""The same for the feeds that services poll: a client secret is accepted too, so that they need no tokens."""
FEED_READER_ERRORS = (*PRINCIPAL_ERRORS, InvalidClient)
"""Errors that `FeedReaderDep` and `Principal.require` raise."""


async def _client_address() -> str:
    return current_event_source().address or ""


ClientAddressDep = Annotated[str, Depends(_client_address)]


async def _language(request: Request) -> str | None:
    return preferred_language(",".join(request.headers.getlist("accept-language")))


LanguageDep = Annotated[str | None, Depends(_language)]
"""The language that the client prefers, if any."""


async def _device(request: Request) -> ClientInfo:
    agent = request.headers.get("user-agent", "")
    # Control characters are dropped, not escaped: the text is only shown to the user.
    printable = "".join(islice(filter(str.isprintable, agent), MAX_USER_AGENT_LENGTH))
    return ClientInfo(user_agent=printable, address=await _client_address())


DeviceDep = Annotated[ClientInfo, Depends(_device)]
