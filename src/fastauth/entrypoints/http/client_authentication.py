"""How a client authenticates at an OAuth endpoint: ``client_secret_basic`` or ``client_secret_post``."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import unquote_plus

from fastapi import Depends, Request
from fastapi.security import HTTPBasic

from fastauth.domain.clients.errors import InvalidClient
from fastauth.entrypoints.http.oauth_errors import OAuthError
from fastauth.entrypoints.http.pages.forms import read_form

AUTHENTICATION_METHODS = ("client_secret_basic", "client_secret_post")

_CREDENTIALS: dict[str, dict[str, Any]] = {
    "client_id": {"type": "string"},
    "client_secret": {"type": "string", "format": "password"},
}


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a client authenticates with. Nothing of it is checked yet."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OAuthRequest:
    """A request of a client to an OAuth endpoint."""

    credentials: ClientCredentials
    form: Mapping[str, str] = field(repr=False)
    """The parameters. One without a value counts as missing (RFC 6749, section 3.2)."""


async def read_oauth_form(request: Request) -> Mapping[str, str]:
    """Return the parameters of a request.

    Raises:
        HTTPException: It is no form, or has a parameter twice.
    """
    return {name: value for name, value in (await read_form(request)).items() if value}


def required_parameter(form: Mapping[str, str], name: str) -> str:
    """Return the value of a parameter.

    Raises:
        OAuthError: It is missing.
    """
    if name not in form:
        raise OAuthError("invalid_request", f"The parameter {name} is missing.")
    return form[name]


def oauth_form(required: str, **parameters: dict[str, Any]) -> dict[str, Any]:
    """Return a form of `parameters` and the credentials of the client, for the OpenAPI document."""
    credentials = {name: schema for name, schema in _CREDENTIALS.items() if name not in parameters}
    schema = {"type": "object", "required": [required], "properties": parameters | credentials}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def client_credentials(request: Request, form: Mapping[str, str]) -> ClientCredentials:
    """Return the credentials of the one method by which a client authenticates.

    Raises:
        InvalidClient: There are none, or they are malformed.
        OAuthError: There are those of two methods (RFC 6749, section 2.3).
    """
    sent = request.headers.getlist("authorization")
    if not sent:
        if "client_id" not in form or "client_secret" not in form:
            raise InvalidClient
        return ClientCredentials(form["client_id"], form["client_secret"])
    if len(sent) > 1 or "client_secret" in form:
        raise OAuthError("invalid_request", "Authenticate the client by one method.")
    basic = _basic(sent[0])
    if form.get("client_id", basic.client_id) != basic.client_id:
        raise OAuthError("invalid_request", "The parameter client_id differs from the header Authorization.")
    return basic


class ClientSecretBasic(HTTPBasic):
    """Documents the scheme. Subclasses authenticate: the class of FastAPI parses less strictly."""

    def __init__(self) -> None:
        description = "The id and the secret of a client (RFC 6749, 2.3.1)."
        super().__init__(scheme_name="ClientSecretBasic", description=description)


class _OAuthRequest(ClientSecretBasic):
    """Reads form and credentials."""

    async def __call__(self, request: Request) -> OAuthRequest:  # type: ignore[override]  # the form too
        form = await read_oauth_form(request)
        return OAuthRequest(client_credentials(request, form), form)


OAuthRequestDep = Annotated[OAuthRequest, Depends(_OAuthRequest())]
"""The form and the credentials of a client. The use case of the route authenticates it."""


def _basic(header: str) -> ClientCredentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient
    try:
        text = b64decode(encoded.strip(" "), validate=True).decode("ascii")
    except ValueError:
        raise InvalidClient from None
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise InvalidClient
    return ClientCredentials(unquote_plus(client_id), unquote_plus(secret))  # RFC 6749, section 2.3.1
