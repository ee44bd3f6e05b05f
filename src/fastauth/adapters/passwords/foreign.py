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

_BCRYPT = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}", re.ASCII)
_BCRYPT_BYTES = 72  # what bcrypt looks at; its library refuses more instead of ignoring it

Check = Callable[[bytes], bool]


def fits(password: str, encoded: str) -> bool | None:
    """Say whether `password` has the hash `encoded`, or ``None`` if that is no hash known here."""
    try:
        return check_of(encoded)(password.encode())
    except ValueError:
        return None


def check_of(encoded: str) -> Check:
    """Return what tells the password that has the hash `encoded` from others. Nothing is computed yet.

    Raises:
        ValueError: That is no hash known here, or one that would cost too much.
    """
    algorithm, _, rest = encoded.partition("$")
    if encoded.startswith("$2"):
        return _bcrypt(encoded)
    if algorithm not in _DJANGO:
        raise ValueError
    return _DJANGO[algorithm](rest)


def _bcrypt(encoded: str) -> Check:
    found = _BCRYPT.fullmatch(encoded)
    if not found or int(found[1]) not in BCRYPT_COSTS:
        raise ValueError
    return lambda password: bcrypt.checkpw(password[:_BCRYPT_BYTES], encoded.encode())


def _bcrypt_sha256(rest: str) -> Check:
    check = _bcrypt(rest)
    return lambda password: check(binascii.hexlify(hashlib.sha256(password).digest()))


def _pbkdf2(digest: str) -> Callable[[str], Check]:
    def check_of_pbkdf2(rest: str) -> Check:
        iterations, salt, key = rest.split("$")
        count, expected = int(iterations), _decoded(key, size=hashlib.new(digest).digest_size)
        if not 1 <= count <= MOST_PBKDF2_ITERATIONS:
            raise ValueError
        return lambda password: compare_digest(
            hashlib.pbkdf2_hmac(digest, password, salt.encode(), count), expected
        )

    return check_of_pbkdf2


def _scrypt(rest: str) -> Check:
    cost, salt, block, parallel, key = rest.split("$")
    n, r, p, expected = int(cost), int(block), int(parallel), _decoded(key, size=64)
    if min(n, r, p) < 1 or 128 * n * r > MOST_SCRYPT_MEMORY or n * r * p > MOST_SCRYPT_WORK:
        raise ValueError
    if n.bit_count() != 1 or not 1 < n < 2 ** (16 * r):  # RFC 7914, section 6
        raise ValueError
    return lambda password: compare_digest(
        hashlib.scrypt(
            password, salt=salt.encode(), n=n, r=r, p=p, maxmem=2 * MOST_SCRYPT_MEMORY, dklen=len(expected)
        ),
        expected,
    )


def _decoded(key: str, *, size: int) -> bytes:
    decoded = base64.b64decode(key, validate=True)
    if len(decoded) != size:
        raise ValueError
    return decoded


_DJANGO: dict[str, Callable[[str], Check]] = {
    "pbkdf2_sha256": _pbkdf2("sha256"),
    "pbkdf2_sha1": _pbkdf2("sha1"),
    "bcrypt_sha256": _bcrypt_sha256,
    "bcrypt": _bcrypt,
    "scrypt": _scrypt,
}
