"""The signing keys of the database, cached in a process."""

from datetime import datetime, timedelta

from joserfc.jwk import ECKey, OKPKey

from fastauth.adapters.jose.signing_keys import JoseSigningKeyGenerator
from fastauth.domain.clock import Clock
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.signing_keys.signing_key import SigningKey

RELOAD_AFTER = timedelta(seconds=5)
"""Maximum age of the cached keys. New keys are published at least as long before they sign."""

UNKNOWN_KID_COOLDOWN = timedelta(seconds=1)
"""Maximum age if a token has an unknown key id. It bounds the queries that forged key ids can cause."""


class KeyCache:
    """Caches the signing keys and their decrypted private keys."""

    def __init__(
        self, *, keys: SigningKeyRepository, key_generator: JoseSigningKeyGenerator, clock: Clock
    ) -> None:
        self._repository = keys
        self._key_generator = key_generator
        self._clock = clock
        self._keys = KeySet(())
        self._loaded_at: datetime | None = None
        self._private: dict[str, ECKey | OKPKey] = {}

    async def active(self, now: datetime) -> SigningKey | None:
        """Return the key that signs at `now`."""
        return (await self._load(RELOAD_AFTER)).active(now)

    async def find(self, kid: object) -> SigningKey | None:
        """Return the key with this id; reload the keys if none has it."""
        for max_age in (RELOAD_AFTER, UNKNOWN_KID_COOLDOWN):
            for key in (await self._load(max_age)).keys:
                if key.kid == kid:
                    return key
        return None

    def private_key(self, key: SigningKey) -> ECKey | OKPKey:
        """Return the decrypted private key.

        Raises:
            KeyUnwrapFailed: It cannot be decrypted.
        """
        if key.kid not in self._private:
            self._private[key.kid] = self._key_generator.private_key(key)
        return self._private[key.kid]

    async def _load(self, max_age: timedelta) -> KeySet:
        """Return all keys, loaded at most `max_age` ago.

        If the database does not answer, older keys are used: a refresh that is stored already must not
        fail because of a key that is known.
        """
        now = self._clock.now()
        is_fresh = self._loaded_at is not None and timedelta(0) <= now - self._loaded_at < max_age
        if not (is_fresh and self._keys.keys):
            try:
                self._keys, self._loaded_at = await self._repository.load(), now
            except StorageUnavailable:
                if not self._keys.keys:
                    raise
                self._loaded_at = now  # do not query again for every token
        return self._keys
