"""Errors about services and their keys."""

from fastauth.domain.errors import Conflict, NotFound, Unauthenticated


class InvalidServiceKey(Unauthenticated):
    """There is no service key, or it was not issued here, was removed or has expired."""

    code = "invalid_service_key"
    detail = "Service key missing or not valid"


class ServiceNotFound(NotFound):
    """No service has this name."""

    code = "service_not_found"
    detail = "No such service"


class ServiceExists(Conflict):
    """Another service has this name."""

    code = "service_exists"
    detail = "A service with this name exists"
