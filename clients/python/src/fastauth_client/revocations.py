"""The choice of a service about the revocation feed."""

from dataclasses import dataclass, field
from typing import Literal, Protocol


class SecretText(Protocol):
    """A wrapper that keeps a secret out of logs, such as pydantic's `SecretStr`."""

    def get_secret_value(self) -> str:
        """Return the secret."""
        ...


@dataclass(frozen=True, slots=True)
class Revocations:
    """Follow the revocation feed of the issuer."""

    client_secret: SecretText | str = field(repr=False)
    """The secret of a client with the permission `fastauth:revocations.read`."""
    bound: float = 2.0
    """Seconds that the feed may be behind before `beyond` applies."""
    beyond: Literal["accept", "refuse"] = "accept"
    """`accept`: beyond the bound, accept tokens as without a feed. `refuse`: answer 503."""
    url: str | None = None
    """The address of the feed; `/v1/revocations` of the issuer if it is missing."""

    def __post_init__(self) -> None:
        text = self.secret()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("client_secret: must be printable ASCII without spaces")
        if not self.bound > 0:
            raise ValueError("bound: must be more than 0 seconds")
        if self.beyond not in {"accept", "refuse"}:
            raise ValueError("beyond: must be 'accept' or 'refuse'")

    def secret(self) -> str:
        """Return the client secret in clear text."""
        given = self.client_secret
        return given if isinstance(given, str) else given.get_secret_value()
