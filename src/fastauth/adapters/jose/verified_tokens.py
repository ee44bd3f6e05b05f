"""A cache of access tokens whose signature has been verified."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

MAX_ENTRIES = 4_096
"""About 6 MiB. A client sends the same token for five minutes, so an entry saves many verifications."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """The key and the claims of a valid signature. Claims such as ``exp`` are checked at each use."""

    kid: str
    claims: Mapping[str, Any] = field(repr=False)


class VerifiedTokens:
    """Cache of the most recently used tokens, by the SHA-256 of the whole token.

    Verifying an ES256 signature takes about a third of the processor time of a small request. The digest
    covers header, claims and signature, so a cached token needs no second verification while its key
    is published.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self._by_digest: OrderedDict[bytes, VerifiedToken] = OrderedDict()

    def get(self, text: str) -> VerifiedToken | None:
        """Return the cached entry of exactly this token."""
        digest = _digest(text)
        token = self._by_digest.get(digest)
        if token:
            self._by_digest.move_to_end(digest)
        return token

    def add(self, text: str, token: VerifiedToken) -> None:
        """Add a token with a valid signature; drop the least recently used one if there are too many."""
        self._by_digest[_digest(text)] = token
        if len(self._by_digest) > self._max_entries:
            self._by_digest.popitem(last=False)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
