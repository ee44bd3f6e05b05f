"""Errors about sessions and their tokens."""

from fastauth.domain.errors import NotFound, Unauthenticated


class InvalidAccessToken(Unauthenticated):
    """The access token was not issued here or has expired, or its session has ended."""

    code = "invalid_token"
    detail = "The access token is invalid or no longer valid"


class MissingAccessToken(Unauthenticated):
    """The request has no access token."""

    code = "no_access_token"
    detail = "An access token is required"


class StepUpRequired(Unauthenticated):
    """The session has authenticated too long ago or by too few factors for the request (RFC 9470)."""

    code = "step_up_required"
    detail = "Authenticate again: this needs a recent authentication"

    def __init__(self, *levels: str) -> None:
        """Create the error; `levels` are the values of ``acr`` of which one is needed."""
        super().__init__()
        self.levels = levels


class InvalidRefreshToken(Unauthenticated):
    """The refresh token was not issued here, has expired or was used, or its session has ended."""

    code = "invalid_refresh_token"
    detail = "The refresh token is invalid or no longer valid"


class RefreshTokenReused(InvalidRefreshToken):
    """A used refresh token was presented again. Its session is revoked; a client gets the same response."""


class SessionNotFound(NotFound):
    """The caller has no active session with this id."""

    code = "session_not_found"
    detail = "No such session"
