"""Challenges of log-ins: one-time tokens of the purpose `Purpose.SECOND_FACTOR`."""

from dataclasses import dataclass, field

from fastauth.domain.second_factors.totp import Totp


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChallenge:
    """A challenge that has attempts left, the current one included."""

    payload: str = field(repr=False)
    """What the first step of the log-in has found, sealed."""
    totp: Totp | None
    """The factor of the account at which an attempt was counted too; ``None`` if there is none to try."""
