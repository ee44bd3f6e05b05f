"""Protect the routes of a service with the access tokens of fastauth.

What belongs to a framework is in a module of its own: `fastauth_client.fastapi`, `starlette`, `django`,
`rest_framework` and `flask`.
"""

from fastauth_client.caller import Actor, Caller
from fastauth_client.demand import Demand
from fastauth_client.errors import (
    Expired,
    FeedStale,
    InvalidToken,
    KeysUnavailable,
    MissingPermission,
    NoToken,
    Revoked,
    StepUpRequired,
    Unavailable,
    VerificationError,
    WrongAudience,
)
from fastauth_client.metrics import Metrics
from fastauth_client.revocations import Revocations
from fastauth_client.verifier import Verifier

__all__ = [
    "Actor",
    "Caller",
    "Demand",
    "Expired",
    "FeedStale",
    "InvalidToken",
    "KeysUnavailable",
    "Metrics",
    "MissingPermission",
    "NoToken",
    "Revocations",
    "Revoked",
    "StepUpRequired",
    "Unavailable",
    "VerificationError",
    "Verifier",
    "WrongAudience",
]
