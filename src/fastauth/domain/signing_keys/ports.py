"""Ports to stored signing keys and to the generator of new ones."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.signing_key import SigningKey


class SigningKeyRepository(Protocol):
    """The signing keys of the installation, shared by all processes."""

    async def load(self) -> KeySet:
        """Return all keys."""

    async def add(self, key: SigningKey) -> None:
        """Store a key, unless a key with this sequence number is stored already.

        Records `EventType.SIGNING_KEY_ROTATED` if it was stored.
        """

    async def update(self, key: SigningKey) -> None:
        """Replace the encrypted private key of a stored key."""

    async def remove(self, key: SigningKey) -> None:
        """Delete a key."""


class SigningKeyGenerator(Protocol):
    """Generates signing keys and encrypts their private keys."""

    def generate(self, *, sequence: int, published_at: datetime, active_from: datetime) -> SigningKey:
        """Return a new key."""

    def check(self, key: SigningKey) -> None:
        """Decrypt the private key.

        Raises:
            KeyUnwrapFailed: Another secret key encrypted it, or it is damaged.
        """

    def rewrap(self, key: SigningKey) -> SigningKey:
        """Return the key encrypted under the newest secret key: the same object if it already is.

        Raises:
            KeyUnwrapFailed: No configured secret key decrypts it.
        """
