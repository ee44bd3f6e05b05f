"""Errors of requests with an idempotency key."""

from fastauth.domain.errors import Conflict, Violation

FIELD = "Idempotency-Key"

NOT_A_KEY = Violation(
    FIELD,
    "not_an_idempotency_key",
    "Must have 16 to 64 ASCII characters without spaces, quotes and backslashes, such as a UUID.",
)
REUSED = Violation(FIELD, "idempotency_key_reused", "Another request was sent with this key.")


class IdempotencyKeyInUse(Conflict):
    """The request with this key is being processed."""

    code = "idempotency_key_in_use"
    detail = "A request with this Idempotency-Key is being processed. Send it again in a second."


class RequestRepeated(Exception):
    """A request with this key was answered meanwhile. It never leaves a use case."""
