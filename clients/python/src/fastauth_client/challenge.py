"""The HTTP answer to an error (RFC 6750, RFC 9470, RFC 9728)."""

from dataclasses import dataclass

from fastauth_client.errors import (
    InvalidToken,
    MissingPermission,
    NoToken,
    StepUpRequired,
    VerificationError,
)

RETRY_AFTER = 1
"""Seconds, of an answer 503."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Status, text and headers of an answer."""

    status: int
    detail: str
    headers: dict[str, str]


def refusal_of(error: VerificationError, resource_metadata: str | None = None) -> Refusal:
    """Return the answer to an error.

    Args:
        error: Why the request is refused.
        resource_metadata: The address of the protected resource metadata (RFC 9728), if there is one.
    """
    status, parameters = _status_and_parameters(error)
    if status == 503:  # noqa: PLR2004  unavailable
        return Refusal(status, str(error), {"Retry-After": str(RETRY_AFTER)})
    if resource_metadata:
        parameters["resource_metadata"] = resource_metadata
    quoted = ", ".join(f'{name}="{_quotable(value)}"' for name, value in parameters.items())
    return Refusal(status, str(error), {"WWW-Authenticate": f"Bearer {quoted}".rstrip()})


def _status_and_parameters(error: VerificationError) -> tuple[int, dict[str, str]]:
    if isinstance(error, NoToken):
        return 401, {}
    if isinstance(error, InvalidToken):
        return 401, {"error": "invalid_token", "error_description": str(error)}
    if isinstance(error, MissingPermission):
        scope = {"scope": " ".join(error.missing)} if error.missing else {}
        return 403, {"error": "insufficient_scope", "error_description": str(error), **scope}
    if isinstance(error, StepUpRequired):
        demanded = {"acr_values": error.acr} if error.acr else {}
        if error.max_age is not None:
            demanded["max_age"] = f"{error.max_age:.0f}"
        code = "insufficient_user_authentication"
        return 401, {"error": code, "error_description": str(error), **demanded}
    return 503, {}


def _quotable(value: str) -> str:
    """Escape what a quoted string must not contain (RFC 9110, section 5.6.4)."""
    return value.replace("\\", "\\\\").replace('"', '\\"')
