"""Clients with their secrets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from fastauth.domain.clients.client import Client

ClientSecretDigest = NewType("ClientSecretDigest", bytes)

ROTATION_OVERLAP = timedelta(hours=24)
"""How long the secret before a rotation stays valid, so that a service can be restarted with the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """A stored secret of a client. Its text is not known."""

    digest: ClientSecretDigest = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    """``None`` until the secret is rotated."""

    def is_valid(self, now: datetime) -> bool:
        """Return whether the secret can be used.

        An end that is further ahead than two overlaps is of a clock that was set back after the rotation.
        """
        return self.expires_at is None or now < self.expires_at <= now + 2 * ROTATION_OVERLAP


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClient:
    """A client with its secrets, the newest first."""

    client: Client
    secrets: tuple[ClientSecret, ...]

    def accepts(self, digests: Iterable[ClientSecretDigest], now: datetime) -> bool:
        """Return whether the client is enabled and one of `digests` is of a valid secret of it."""
        valid = {secret.digest for secret in self.secrets if secret.is_valid(now)}
        return self.client.disabled_at is None and not valid.isdisjoint(digests)
