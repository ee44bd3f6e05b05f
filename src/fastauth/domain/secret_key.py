"""The server's own secret, from which everything that must not be forged is derived."""

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac

MIN_BYTES = 32
"""256 bits, the strength of what is derived from it."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret that all processes of an installation share."""

    material: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for one purpose alone (HKDF-Expand of one block, RFC 5869)."""
        return hmac(self.material, f"fastauth {purpose}".encode() + b"\x01", sha256)

    @property
    def id(self) -> str:
        """A name by which to tell this key from others; nothing follows from it."""
        return self.derive("id").hex()[:16]
