"""What a client receives for a log-in."""

from dataclasses import dataclass, field

from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.sessions.access_token import TokenPair


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResult:
    """The tokens of a new session, and a token that identifies the device."""

    tokens: TokenPair
    device_token: str = field(repr=False)
    """To be sent with the next log-in on this device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorChallenge:
    """What a right password gets for an account with a second factor, in place of a session."""

    token: str = field(repr=False)
    """A one-time token, to be sent with the second factor. It opens nothing else."""
    methods: tuple[SecondFactorMethod, ...]
    """What the account can answer with."""
    expires_in: int
    """Seconds."""
