"""Errors about sessions and their tokens."""

from fastauth.domain.errors import NotFound, Unauthenticated


class InvalidAccessToken(Unauthenticated):
    """The access token is not one of ours, or its time or its session is over."""

    code = "invalid_token"
    detail = "The access token is invalid or no longer valid"


class MissingAccessToken(Unauthenticated):
    """Nothing was sent that could show who asks."""

    code = "no_access_token"
    detail = "An access token is required"


class InvalidRefreshToken(Unauthenticated):
    """The refresh token is not one of ours, or its time, its turn or its session is over."""

    code = "invalid_refresh_token"
    detail = "The refresh token is invalid or no longer valid"


class RefreshTokenReused(InvalidRefreshToken):
    """The refresh token was spent before. Its session has been ended. A client is told no more than above."""


class SessionNotFound(NotFound):
    """The caller has no live session of this id."""

    code = "session_not_found"
    detail = "No such session"
