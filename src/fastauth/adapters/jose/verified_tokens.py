"""Claims of access tokens whose signature was verified before."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

MAX_ENTRIES = 4_096
"""About 6 MiB. A client uses one token for five minutes, so each entry saves many verifications."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a valid signature vouches for. Whether it is still to be believed is checked each time."""

    kid: str
    claims: Mapping[str, Any] = field(repr=False)


class VerifiedTokens:
    """Remember the claims of the tokens that were used last, by a digest of the whole token.

    Verifying an ES256 signature takes about a third of the processor time of a small request. A digest
    is equal only for the same header, claims and signature, so a remembered token needs no second
    verification as long as its key is published.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self._by_digest: OrderedDict[bytes, VerifiedToken] = OrderedDict()

    def get(self, text: str) -> VerifiedToken | None:
        """Return what was remembered of exactly this token."""
        digest = _digest(text)
        token = self._by_digest.get(digest)
        if token:
            self._by_digest.move_to_end(digest)
        return token

    def add(self, text: str, token: VerifiedToken) -> None:
        """Remember a token whose signature is valid; forget the one that was unused for longest."""
        self._by_digest[_digest(text)] = token
        if len(self._by_digest) > self._max_entries:
            self._by_digest.popitem(last=False)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
