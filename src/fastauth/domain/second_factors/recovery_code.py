"""Recovery codes, each of which replaces a lost factor once.

A code has 24 characters of base32 in groups of four, 120 random bits. Stored is its HMAC-SHA-256 under a key
derived from the secret key: OWASP ASVS 6.5.2 requires a password hash only below 112 bits.
"""

import re
from base64 import b32encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import NewType

from fastauth.domain.secret_key import SecretKey, SecretKeys

RecoveryCodeDigest = NewType("RecoveryCodeDigest", bytes)

CODES = 10
"""How many codes an account has at most."""

_BYTES = 15
_GROUP = 4
_CODE = re.compile(r"[A-Z2-7]{24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewRecoveryCode:
    """A code in clear text, which is shown once, and the digest to store."""

    text: str = field(repr=False)
    digest: RecoveryCodeDigest


class RecoveryCodeCodec:
    """Issue recovery codes, and compute their digests."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self) -> tuple[NewRecoveryCode, ...]:
        """Return a new set of `CODES` codes."""
        return tuple(self._new(b32encode(token_bytes(_BYTES)).decode()) for _ in range(CODES))

    def digests(self, text: str) -> tuple[RecoveryCodeDigest, ...]:
        """Return the digest under each secret key, the newest first; none if `text` is no recovery code.

        Case, hyphens and spaces do not matter, since people type the codes.
        """
        if not text.isascii():
            return ()
        code = text.replace("-", "").replace(" ", "").upper()
        if not _CODE.fullmatch(code):
            return ()
        macs = self._keys.macs("recovery code digest", code.encode())
        return tuple(RecoveryCodeDigest(mac) for mac in macs)

    def _new(self, code: str) -> NewRecoveryCode:
        groups = (code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
        return NewRecoveryCode("-".join(groups), self.digests(code)[0])
