"""Secrets of clients.

A client secret is ``fa_cs_`` and 43 base64url characters, which are 32 random bytes. Stored is its
HMAC-SHA-256 under a key derived from the secret key. Keys of services from before there were clients begin
with ``fa_sk_``; they are accepted like secrets.
"""

import re
from dataclasses import dataclass, field
from secrets import token_urlsafe

from fastauth.domain.clients.registered_client import ClientSecretDigest
from fastauth.domain.secret_key import SecretKey, SecretKeys

PREFIX = "fa_cs_"
"""Lets secret scanners recognise a secret that was published by mistake."""

PURPOSES = {PREFIX: "client secret digest", "fa_sk_": "service key digest"}
"""What the key of the digest is derived for, by the prefix of the secret."""

_SHAPE = re.compile(r"(fa_(?:cs|sk)_)[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewClientSecret:
    """A secret that was just made, in clear text. The text is never stored."""

    text: str = field(repr=False)
    digest: ClientSecretDigest = field(repr=False)


class ClientSecretCodec:
    """Make client secrets, and compute their digests."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self) -> NewClientSecret:
        """Return a new secret with the digest to store."""
        text = PREFIX + token_urlsafe(32)
        return NewClientSecret(text, self.digests(text)[0])

    def digests(self, text: str) -> tuple[ClientSecretDigest, ...]:
        """Return the digest under each secret key, the newest first; none if `text` is no secret."""
        shape = _SHAPE.fullmatch(text)
        if not shape:
            return ()
        purpose = PURPOSES[shape[1]]
        return tuple(ClientSecretDigest(mac) for mac in self._keys.macs(purpose, text.encode()))
