"""The secret keys of an installation, and the MACs that are computed under keys derived from them."""

from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac

MIN_BYTES = 32
"""256 bits, the strength of the keys that are derived from it."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret that all processes of an installation share."""

    material: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for one purpose (HKDF-Expand with one block, RFC 5869)."""
        return hmac(self.material, f"fastauth {purpose}".encode() + b"\x01", sha256)

    @property
    def id(self) -> str:
        """An identifier of this key. It reveals nothing about the key."""
        return self.derive("id").hex()[:16]


class SecretKeys:
    """The configured secret keys, the newest first.

    The newest computes every new value. The older ones only verify or find values that they
    computed, so that the secret key can be changed without an interruption.
    """

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = keys
        self._derived: dict[str, tuple[bytes, ...]] = {}

    def macs(self, purpose: str, data: bytes) -> tuple[bytes, ...]:
        """Return the HMAC-SHA-256 of `data` under each key, the newest first, 32 bytes each."""
        if purpose not in self._derived:
            self._derived[purpose] = tuple(key.derive(purpose) for key in self._keys)
        return tuple(hmac(key, data, sha256) for key in self._derived[purpose])
