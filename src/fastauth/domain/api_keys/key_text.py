"""The text of an API key: its format, its checksum and its digest.

::

    fa_key_ │ id, 16 base62 │ _ │ secret, 43 base64url (32 random bytes) │ checksum, 6 base62

The checksum is the CRC-32 of all characters before it. It proves nothing: it distinguishes a mistyped,
truncated or invented key from a real one without a look-up, and lets a secret scanner drop false positives.
Stored is the HMAC-SHA-256 of the whole text under a key derived from the secret key.
"""

import re
from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import choice, token_urlsafe
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NewType
from zlib import crc32

from fastauth.domain.secret_key import SecretKey, SecretKeys

ApiKeyId = NewType("ApiKeyId", str)
"""The public part of a key: 16 characters of base62, 95 bits."""

ApiKeyDigest = NewType("ApiKeyDigest", bytes)

PREFIX = "fa_key_"
"""Lets secret scanners recognise a key that was published by mistake."""

ID_PATTERN = r"[0-9A-Za-z]{16}"
PATTERN = rf"{PREFIX}{ID_PATTERN}_[0-9A-Za-z_-]{{43}}[0-9A-Za-z]{{6}}"
"""What a secret scanner looks for; 73 characters."""

_BASE62 = digits + ascii_uppercase + ascii_lowercase
_ID = re.compile(ID_PATTERN, re.ASCII)
_SHAPE = re.compile(PATTERN, re.ASCII)
_CHECKSUM_LENGTH = 6
"""62 to the power of 6 is greater than 2 to the power of 32."""


@dataclass(frozen=True, slots=True)
class ApiKeyText:
    """A key in clear text. It is never stored."""

    text: str = field(repr=False)
    id: ApiKeyId


class ApiKeyCodec:
    """Make API keys, parse them, and compute their digests."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def issue(self) -> ApiKeyText:
        """Return a new key."""
        id_ = "".join(choice(_BASE62) for _ in range(16))
        secret = token_urlsafe(32)
        content = f"{PREFIX}{id_}_{secret}"
        return ApiKeyText(content + checksum(content), ApiKeyId(id_))

    def parse(self, text: str) -> ApiKeyText | None:
        """Return the key if it has the form of one and its checksum is right. Nothing is looked up."""
        if not _SHAPE.fullmatch(text):
            return None
        if checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
            return None
        return ApiKeyText(text, ApiKeyId(text[len(PREFIX) : len(PREFIX) + 16]))

    def digest(self, key: ApiKeyText) -> ApiKeyDigest:
        """Return the digest that is stored for a new key, 32 bytes."""
        return self._digests(key)[0]

    def matches(self, key: ApiKeyText, stored: ApiKeyDigest) -> bool:
        """Return whether `stored` is the digest of `key`, under any of the secret keys."""
        return any(compare_digest(each, stored) for each in self._digests(key))

    def _digests(self, key: ApiKeyText) -> tuple[ApiKeyDigest, ...]:
        macs = self._keys.macs("api key digest", key.text.encode())
        return tuple(ApiKeyDigest(mac) for mac in macs)


def parse_api_key_id(text: str) -> ApiKeyId | None:
    """Return the id; ``None`` if it does not have the form of one."""
    return ApiKeyId(text) if _ID.fullmatch(text) else None


def checksum(content: str) -> str:
    """Return the CRC-32 of ASCII text as six digits of base62, the most significant first."""
    value, reversed_digits = crc32(content.encode()), []
    for _ in range(_CHECKSUM_LENGTH):
        value, digit = divmod(value, 62)
        reversed_digits.append(_BASE62[digit])
    return "".join(reversed(reversed_digits))
