"""SHA-crypt of Unix, by Ulrich Drepper's specification (2008), in Python.

The loops run in Python and hold the GIL; other threads get it every few milliseconds.
"""

import hashlib
from hmac import compare_digest

from fastauth.adapters.passwords.crypt_base64 import ALPHABET, encode
from fastauth.adapters.passwords.verifier import Verifier

SHA_CRYPT_ROUNDS = range(1_000, 1_000_001)
"""The specification's minimum is 1 000. A million rounds take about a second; passlib uses 656 000."""
MAX_PASSWORD_BYTES = 256
"""Every round reads the password, so its length adds to the cost. A longer password never matches."""

MAX_SALT_LENGTH = 16

_ORDER = {  # of the digest's bytes in the encoded hash, by the specification
    "sha256": [(0, 10, 20), (21, 1, 11), (12, 22, 2), (3, 13, 23), (24, 4, 14), (15, 25, 5), (6, 16, 26),
               (27, 7, 17), (18, 28, 8), (9, 19, 29)],
    "sha512": [(0, 21, 42), (22, 43, 1), (44, 2, 23), (3, 24, 45), (25, 46, 4), (47, 5, 26), (6, 27, 48),
               (28, 49, 7), (50, 8, 29), (9, 30, 51), (31, 52, 10), (53, 11, 32), (12, 33, 54), (34, 55, 13),
               (56, 14, 35), (15, 36, 57), (37, 58, 16), (59, 17, 38), (18, 39, 60), (40, 61, 19),
               (62, 20, 41)],
}  # fmt: skip


def sha_crypt_verifier(digest: str, rounds: int, salt: str, key: str) -> Verifier:
    """Return the verifier of a SHA-crypt hash; `key` is the text behind the last ``$``.

    Raises:
        ValueError: The rounds are out of bounds, or the salt or the key is malformed.
    """
    if (
        rounds not in SHA_CRYPT_ROUNDS
        or not 1 <= len(salt) <= MAX_SALT_LENGTH
        or len(key) != {"sha256": 43, "sha512": 86}[digest]
    ):
        raise ValueError
    if set(key) - set(ALPHABET):
        raise ValueError
    return Verifier(
        family=f"{digest}-crypt",
        amount=rounds,
        verify=lambda password: compare_digest(_sha_crypt(digest, password, salt.encode(), rounds), key),
        compute=lambda password, more: _sha_crypt(digest, password, salt.encode(), more),
    )


def _sha_crypt(digest: str, password: bytes, salt: bytes, rounds: int) -> str:
    if len(password) > MAX_PASSWORD_BYTES:
        return ""
    new = getattr(hashlib, digest)
    size = new().digest_size
    other = new(password + salt + password).digest()
    first = password + salt + _repeated(other, len(password))
    length = len(password)
    while length:
        first += other if length & 1 else password
        length >>= 1
    result = new(first).digest()
    p = _repeated(new(password * len(password)).digest(), len(password))
    s = _repeated(new(salt * (16 + result[0])).digest(), len(salt))
    for number in range(rounds):
        text = p if number & 1 else result
        text += s if number % 3 else b""
        text += p if number % 7 else b""
        result = new(text + (result if number & 1 else p)).digest()
    groups = [encode(result[a] << 16 | result[b] << 8 | result[c], 4) for a, b, c in _ORDER[digest]]
    last = encode(result[31] << 8 | result[30], 3) if size == 32 else encode(result[63], 2)  # noqa: PLR2004  bytes of SHA-256
    return "".join(groups) + last


def _repeated(text: bytes, length: int) -> bytes:
    return (text * (length // len(text) + 1))[:length]
