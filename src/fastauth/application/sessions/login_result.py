"""What a client receives for a log-in."""

from dataclasses import dataclass, field

from fastauth.domain.sessions.access_token import TokenPair


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginResult:
    """The tokens of a new session, and a token that identifies the device."""

    tokens: TokenPair
    device_token: str = field(repr=False)
    """To be sent with the next log-in on this device."""
