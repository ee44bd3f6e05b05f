"""What verifies a second factor: one verifier for each method."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.challenge import OpenChallenge
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.totp import Step
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorAnswer:
    """What a client presents as a second factor."""

    method: SecondFactorMethod
    code: str = field(default="", repr=False)
    """Of TOTP, or a recovery code."""
    credential: Mapping[str, object] | None = field(default=None, repr=False)
    """The answer of a passkey, as JSON of WebAuthn."""
    challenge: str = field(default="", repr=False)
    """The one-time token that was answered; empty for a code in a step-up."""
    opened: OpenChallenge | None = None
    """The challenge of a log-in that `challenge` is, at which the attempt was counted. ``None`` in a step-up:
    there `challenge` is what a client says, and the challenge of a log-in is none of a step-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFactor:
    """A second factor that was right."""

    methods: tuple[str, ...]
    """How the user has authenticated by it (RFC 8176)."""
    store: Callable[[Transaction], Awaitable[None]] | None = None
    """Stores its use, in the transaction of the session and after the session."""
    step: Step | None = None
    """The step of a TOTP code, which is still to be accepted."""


class SecondFactorVerifier(Protocol):
    """Verifies the second factors of one method."""

    async def __call__(self, user_id: UserId, answer: FactorAnswer, *, now: datetime) -> VerifiedFactor:
        """Return the factor of the account that was presented.

        It cannot be presented again once `step` was accepted and `store` was called.

        Raises:
            InvalidSecondFactor: It is not a factor of the account, was used, or is locked.
            StorageUnavailable: Try again later.
        """
