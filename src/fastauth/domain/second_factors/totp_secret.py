"""Secrets of TOTP factors: made here, or by another system."""

import re
from base64 import b32decode, b32encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Self

from fastauth.domain.errors import InvalidInput, Violation

NEW_BYTES = 20
"""Of a new secret: 160 bits, the length of SHA-1 (RFC 4226, section 4)."""

MIN_BYTES = 10
"""Of an imported secret: 80 bits, which many systems still generate. RFC 4226 asks for 128."""

MAX_BYTES = 64
"""Of an imported secret: the block of SHA-1. A longer one would be hashed first."""

_BASE32 = re.compile(r"[A-Z2-7]+", re.ASCII)
_INVALID = Violation(
    "totp_secret", "not_a_totp_secret", f"Must be base32 of {MIN_BYTES} to {MAX_BYTES} bytes (RFC 4648)."
)


@dataclass(frozen=True, slots=True)
class TotpSecret:
    """A secret in base32, without padding. It is stored only sealed."""

    text: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Return a random secret."""
        return cls(b32encode(token_bytes(NEW_BYTES)).decode())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return a secret of another system. Case, spaces, hyphens and padding are of no account.

        Raises:
            InvalidInput: It is not base32, or too short or too long.
        """
        bare = text.replace(" ", "").replace("-", "").rstrip("=").upper()
        if not text.isascii() or not _BASE32.fullmatch(bare) or len(bare) % 8 in {1, 3, 6}:
            raise InvalidInput(_INVALID)
        if not MIN_BYTES <= len(b32decode(bare + "=" * (-len(bare) % 8))) <= MAX_BYTES:
            raise InvalidInput(_INVALID)
        return cls(bare)
