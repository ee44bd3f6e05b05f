"""Why a request is refused.

No message contains a part of the token.
"""

from collections.abc import Collection


class VerificationError(Exception):
    """Base of all errors of this library that concern a request."""


class NoToken(VerificationError):
    """The request has no bearer token."""

    def __init__(self) -> None:
        super().__init__("An access token is required")


class InvalidToken(VerificationError):
    """The token is malformed, forged, or of another issuer."""

    def __init__(self, reason: str = "The access token is invalid") -> None:
        super().__init__(reason)


class Expired(InvalidToken):
    """The token was valid once."""

    def __init__(self) -> None:
        super().__init__("The access token has expired")


class Revoked(InvalidToken):
    """The session, the user, the token, the client or the signing key has been revoked."""

    def __init__(self) -> None:
        super().__init__("The access token has been revoked")


class WrongAudience(InvalidToken):
    """The token is for another service."""

    def __init__(self) -> None:
        super().__init__("The access token is for another audience")


class MissingPermission(VerificationError):
    """The token is valid and does not grant what the route demands.

    Attributes:
        missing: The permissions or the scope that would do; empty if a role or an actor is missing.
    """

    def __init__(self, missing: Collection[str] = ()) -> None:
        super().__init__("The access token does not grant this")
        self.missing = tuple(sorted(missing))


class StepUpRequired(VerificationError):
    """The user has to authenticate again, or by stronger means (RFC 9470).

    Attributes:
        acr: The authentication context class that is demanded, if one is.
        max_age: Seconds that may have passed since the user authenticated, if they are limited.
    """

    def __init__(self, acr: str | None = None, max_age: float | None = None) -> None:
        super().__init__("A stronger or a more recent authentication is required")
        self.acr = acr
        self.max_age = max_age


class Unavailable(VerificationError):
    """The token cannot be judged now. The caller may repeat the request."""


class KeysUnavailable(Unavailable):
    """The issuer's keys could not be fetched, or were last fetched more than 24 hours ago."""

    def __init__(self) -> None:
        super().__init__("The keys of the issuer are unavailable")


class FeedStale(Unavailable):
    """The revocation feed is further behind than its bound, and the request demands that it is not."""

    def __init__(self) -> None:
        super().__init__("The revocation feed is not up to date")
