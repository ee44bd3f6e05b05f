"""Hashes that others made, verified once and then replaced.

Understood are bcrypt (``$2a$``, ``$2b$``, ``$2y$``), as the tutorial writes it, and Django's
``pbkdf2_sha256``, ``pbkdf2_sha1``, ``bcrypt_sha256``, ``bcrypt``, ``scrypt`` and ``argon2``.
Whoever could write a hash into the database could name any cost in it: costs are bounded.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from hmac import compare_digest

import bcrypt

BCRYPT_COSTS = range(4, 16)
"""Up to a second or two; bcrypt's own default is 12."""
MOST_PBKDF2_ITERATIONS = 5_000_000
"""Some seconds; Django 6 uses 1 200 000."""
MOST_SCRYPT_MEMORY = 256 * 1024 * 1024
"""Bytes; Django uses 16 MiB."""
MOST_SCRYPT_WORK = 2**22
"""Blocks, all passes counted."""

_BCRYPT = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
_BCRYPT_BYTES = 72  # what bcrypt looks at; its library refuses more instead of ignoring it


def fits(password: str, encoded: str) -> bool | None:
    """Say whether `password` has the hash `encoded`, or ``None`` if that is no hash known here."""
    algorithm, _, rest = encoded.partition("$")
    try:
        if encoded.startswith("$2"):
            return _bcrypt(password.encode()[:_BCRYPT_BYTES], encoded)
        return _DJANGO[algorithm](password.encode(), rest)
    except (KeyError, ValueError, OverflowError):
        return None


def _bcrypt(password: bytes, encoded: str) -> bool | None:
    found = _BCRYPT.fullmatch(encoded)
    if not found or int(found[1]) not in BCRYPT_COSTS:
        return None
    return bcrypt.checkpw(password, encoded.encode())


def _bcrypt_sha256(password: bytes, rest: str) -> bool | None:
    return _bcrypt(binascii.hexlify(hashlib.sha256(password).digest()), rest)


def _pbkdf2(digest: str) -> Callable[[bytes, str], bool | None]:
    def fits_pbkdf2(password: bytes, rest: str) -> bool | None:
        iterations, salt, expected = rest.split("$")
        if not 1 <= int(iterations) <= MOST_PBKDF2_ITERATIONS:
            return None
        found = hashlib.pbkdf2_hmac(digest, password, salt.encode(), int(iterations))
        return compare_digest(base64.b64encode(found), expected.encode())

    return fits_pbkdf2


def _scrypt(password: bytes, rest: str) -> bool | None:
    cost, salt, block, parallel, expected = rest.split("$")
    n, r, p = int(cost), int(block), int(parallel)
    if min(n, r, p) < 1 or 128 * n * r > MOST_SCRYPT_MEMORY or n * r * p > MOST_SCRYPT_WORK:
        return None
    found = hashlib.scrypt(
        password, salt=salt.encode(), n=n, r=r, p=p, maxmem=2 * MOST_SCRYPT_MEMORY, dklen=64
    )
    return compare_digest(base64.b64encode(found), expected.encode())


_DJANGO: dict[str, Callable[[bytes, str], bool | None]] = {
    "pbkdf2_sha256": _pbkdf2("sha256"),
    "pbkdf2_sha1": _pbkdf2("sha1"),
    "bcrypt_sha256": _bcrypt_sha256,
    "bcrypt": lambda password, rest: _bcrypt(password[:_BCRYPT_BYTES], rest),
    "scrypt": _scrypt,
}
