"""Secrets of TOTP factors: made here, or by another system."""

import re
from base64 import b32decode, b32encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Self
from urllib.parse import parse_qs, urlsplit

from fastauth.domain.errors import InvalidInput, Violation

NEW_BYTES = 20
"""Of a new secret: 160 bits, the length of SHA-1 (RFC 4226, section 4)."""

MIN_BYTES = 10
"""Of an imported secret: 80 bits, which many systems still generate. RFC 4226 requires 128."""

MAX_BYTES = 64
"""Of an imported secret: the block of SHA-1. A longer one would be hashed first."""

_BASE32 = re.compile(r"[A-Z2-7]+", re.ASCII)
_INVALID = Violation(
    "totp_secret", "not_a_totp_secret", f"Must be base32 of {MIN_BYTES} to {MAX_BYTES} bytes (RFC 4648)."
)
_UNSUPPORTED = Violation(
    "totp_secret", "unsupported_totp", "Must be TOTP with SHA-1, six digits and steps of 30 seconds."
)
_PARAMETERS = {"algorithm": {"SHA1", "SHA-1"}, "digits": {"6"}, "period": {"30"}}
"""Parameters of a key URI, and the values that codes are computed with."""


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
        """Return a secret of another system: base32, or a key URI, ``otpauth://totp/...``.

        Case, spaces, hyphens and padding do not matter.

        Raises:
            InvalidInput: It is not base32, or too short or too long, or of another kind of code.
        """
        if text.lower().startswith("otpauth:"):
            text = _secret_in_uri(text)
        bare = text.replace(" ", "").replace("-", "").rstrip("=").upper()
        if not text.isascii() or not _BASE32.fullmatch(bare) or len(bare) % 8 in {1, 3, 6}:
            raise InvalidInput(_INVALID)
        if not MIN_BYTES <= len(b32decode(bare + "=" * (-len(bare) % 8))) <= MAX_BYTES:
            raise InvalidInput(_INVALID)
        return cls(bare)


def _secret_in_uri(uri: str) -> str:
    try:
        parts = urlsplit(uri)
        given = parse_qs(parts.query, max_num_fields=20)
        secret = given["secret"][0]
    except (ValueError, KeyError):
        raise InvalidInput(_INVALID) from None
    if parts.netloc.lower() != "totp" or any(
        value.upper() not in known for name, known in _PARAMETERS.items() for value in given.get(name, ())
    ):
        raise InvalidInput(_UNSUPPORTED)
    return secret
