"""Errors about API keys."""

from fastauth.domain.errors import Conflict, NotFound, Unauthenticated


class InvalidApiKey(Unauthenticated):
    """There is no API key, or it is unknown, revoked or expired, or its owner is disabled."""

    code = "invalid_api_key"
    detail = "API key missing or not valid"


class ApiKeyNotFound(NotFound):
    """The account has no API key with this id that could be revoked."""

    code = "api_key_not_found"
    detail = "No such API key"


class TooManyApiKeys(Conflict):
    """The account has as many API keys as it may have."""

    code = "too_many_api_keys"
    detail = "The account has 50 API keys: revoke one first"
