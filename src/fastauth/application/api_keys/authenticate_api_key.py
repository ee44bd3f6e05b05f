"""Authenticate by an API key."""

from dataclasses import dataclass

from fastauth.application.api_keys.last_uses import LastUses
from fastauth.domain.api_keys.api_key import OwnedApiKey
from fastauth.domain.api_keys.errors import InvalidApiKey
from fastauth.domain.api_keys.key_text import ApiKeyCodec
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.api_keys.wrong_keys import WrongKeys
from fastauth.domain.clock import Clock
from fastauth.domain.rate_limits.network import network_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateApiKey:
    """Return the key of a text. One without a right checksum costs no statement, any other one costs one.

    Wrong, unknown, revoked and expired keys, and those of a disabled owner, are refused alike.
    """

    codec: ApiKeyCodec
    api_keys: ApiKeyRepository
    wrong_keys: WrongKeys
    last_uses: LastUses
    clock: Clock

    async def __call__(self, *, text: str, address: str | None) -> OwnedApiKey:
        """Return the key with its owner, as of now. `address` is that of the client.

        ``None`` stands for a service that was authenticated and sends a key of a client of its own. Its wrong
        keys are not counted.

        Raises:
            InvalidApiKey: It is no valid key.
            TooManyRequests: The network of `address` has sent too many wrong keys.
            StorageUnavailable: Try again later.
        """
        now, key = self.clock.now(), self.codec.parse(text)
        if key is None:
            raise InvalidApiKey
        network, digest = network_of(address) if address is not None else None, self.codec.digest(key)
        if network is not None:
            self.wrong_keys.check(digest, network, now=now)
        owned = await self.api_keys.find(key.id)
        if owned is None or not self.codec.matches(key, owned.key.digest) or not owned.is_valid(now):
            if network is not None:
                self.wrong_keys.count_wrong(digest, network, now=now)
            raise InvalidApiKey
        self.wrong_keys.remember_valid(digest)
        self.last_uses.add(owned.key, now=now)
        return owned
