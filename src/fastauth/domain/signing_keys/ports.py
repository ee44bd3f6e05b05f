"""Ports to stored signing keys and to the algorithms that make them."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.signing_keys.signing_key import KeySet, SigningKey


class SigningKeyRepository(Protocol):
    """The installation's signing keys, shared by all of its processes."""

    async def load(self) -> KeySet:
        """Return all keys."""

    async def add(self, key: SigningKey) -> None:
        """Store a key, unless another process has stored one of its sequence: then nothing happens.

        Records `EventType.SIGNING_KEY_ROTATED`.
        """

    async def update(self, key: SigningKey) -> None:
        """Replace the sealed form of a key's private part."""

    async def remove(self, key: SigningKey) -> None:
        """Forget a key."""


class SigningKeyGenerator(Protocol):
    """Makes signing keys."""

    def generate(self, *, sequence: int, published_at: datetime, active_from: datetime) -> SigningKey:
        """Return a new key."""

    def check(self, key: SigningKey) -> None:
        """Decrypt the private part of a key.

        Raises:
            KeyUnwrapFailed: It is sealed under a secret key that is not at hand, or is damaged.
        """

    def rewrap(self, key: SigningKey) -> SigningKey:
        """Return the key sealed under the newest secret key: the same object, if it is already."""
