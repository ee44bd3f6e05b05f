"""Services and their keys.

A service key is ``fa_sk_`` and 43 base64url characters, which are 32 random bytes. Stored is its HMAC-SHA-256
under a key derived from the secret key.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import NewType

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.secret_key import SecretKey, SecretKeys

ServiceKeyDigest = NewType("ServiceKeyDigest", bytes)

READ_REVOCATIONS = "fastauth:revocations.read"
"""The permission to read the revocation feed, which every service has."""

ROTATION_OVERLAP = timedelta(hours=24)
"""How long the keys before a rotation stay valid, so that a service can be restarted with the new one."""

PREFIX = "fa_sk_"
"""Lets secret scanners recognise a key that was published by mistake."""

_SHAPE = re.compile(r"fa_sk_[A-Za-z0-9_-]{43}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A program that authenticates by a key of its own and not as a user."""

    name: str
    created_at: datetime
    permissions: frozenset[str] = frozenset({READ_REVOCATIONS})

    def require(self, permission: str) -> None:
        """Return if the service has `permission`.

        Raises:
            NotPermitted: It has not.
        """
        if permission not in self.permissions:
            raise NotPermitted(permission)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceKey:
    """A stored key of a service. Its text is not known."""

    digest: ServiceKeyDigest = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    """``None`` until the key is rotated."""

    def is_valid(self, now: datetime) -> bool:
        """Return whether the key can be used."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredService:
    """A service with its keys, the newest first."""

    service: Service
    keys: tuple[ServiceKey, ...]


def parse_service_name(text: str) -> str:
    """Return the name of a new service.

    Raises:
        InvalidInput: It has not the form of a name.
    """
    if not _NAME.fullmatch(text):
        raise InvalidInput(Violation("name", "not_allowed", "Use 1 to 40 of a-z, 0-9, _, . and -."))
    return text


@dataclass(frozen=True, slots=True)
class NewServiceKey:
    """A key that was just made, in clear text. The text is never stored."""

    text: str = field(repr=False)
    digest: ServiceKeyDigest = field(repr=False)


class ServiceKeyCodec:
    """Make service keys, and compute their digests."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self) -> NewServiceKey:
        """Return a new key with the digest to store."""
        text = PREFIX + urlsafe_b64encode(token_bytes(32)).rstrip(b"=").decode()
        return NewServiceKey(text, self.digests(text)[0])

    def digests(self, text: str) -> tuple[ServiceKeyDigest, ...]:
        """Return the digest under each secret key, the newest first; none if `text` has not the form."""
        if not _SHAPE.fullmatch(text):
            return ()
        return tuple(ServiceKeyDigest(mac) for mac in self._keys.macs("service key digest", text.encode()))
