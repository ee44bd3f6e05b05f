"""A key that signs access tokens, and the schedule of the rotation of keys."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SEAL_PURPOSE = "signing key"
"""The purpose for which `SecretBox` seals private keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A signing key. The private key is stored encrypted."""

    sequence: int
    """Sequence number from 1, unique per installation, so that two processes cannot add the same key."""
    kid: str
    """The thumbprint of the public key (RFC 7638)."""
    algorithm: str
    public_jwk: str
    """The public key as JSON (RFC 7517)."""
    encrypted_private_key: str = field(repr=False)
    """The private key, encrypted under the server's secret key."""
    published_at: datetime
    active_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """When keys are published, used and removed."""

    publish_ahead: timedelta
    """How long a key is published before it signs: at least as long as clients may cache the key set."""
    rotate_every: timedelta
    """How long a key signs (NIST SP 800-57: the originator-usage period)."""
    verify_after: timedelta
    """How long a key stays published after its successor is active: the lifetime of its last token."""
