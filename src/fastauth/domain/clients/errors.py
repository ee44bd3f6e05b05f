"""Errors about clients and their secrets."""

from fastauth.domain.errors import Conflict, NotFound, Unauthenticated


class InvalidClient(Unauthenticated):
    """The client or its secret is unknown, the secret has expired, or the client is disabled."""

    code = "invalid_client"
    detail = "Client id or client secret not valid"


class ClientNotFound(NotFound):
    """No client has this id or name."""

    code = "client_not_found"
    detail = "No such client"


class ClientExists(Conflict):
    """Another client has this name."""

    code = "client_exists"
    detail = "A client with this name exists"
