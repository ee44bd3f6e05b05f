"""phpass of WordPress: the Portable PHP password hashing framework of Openwall, in Python.

The loops run in Python and hold the GIL; other threads get it every few milliseconds.
"""

import hashlib
from hmac import compare_digest
from itertools import islice

from fastauth.adapters.passwords.crypt_base64 import ALPHABET, encode
from fastauth.adapters.passwords.sha_crypt import MAX_PASSWORD_BYTES
from fastauth.adapters.passwords.verifier import Verifier

PHPASS_COSTS = range(7, 18)
"""Base-2 logarithms of the rounds; WordPress uses 13."""


def phpass_verifier(encoded: str) -> Verifier:
    """Return the verifier of a phpass hash: ``$P$`` or ``$H$``, the cost, a salt of 8 characters, 22 more.

    Raises:
        ValueError: The length or an alphabet is wrong, or the cost is out of bounds.
    """
    cost = ALPHABET.find(encoded[3:4])
    if len(encoded) != 34 or set(encoded[3:]) - set(ALPHABET) or cost not in PHPASS_COSTS:  # noqa: PLR2004  of the format
        raise ValueError
    salt, key = encoded[4:12].encode(), encoded[12:]
    return Verifier(
        family="phpass",
        amount=2**cost,
        verify=lambda password: compare_digest(_phpass(password, salt, 2**cost), key),
        compute=lambda password, more: _phpass(password, salt, more),
    )


def _phpass(password: bytes, salt: bytes, rounds: int) -> str:
    if len(password) > MAX_PASSWORD_BYTES:
        return ""
    result = hashlib.md5(salt + password, usedforsecurity=False).digest()
    for _ in range(rounds):
        result = hashlib.md5(result + password, usedforsecurity=False).digest()
    rest = iter(result)
    groups = iter(lambda: bytes(islice(rest, 3)), b"")
    return "".join(encode(int.from_bytes(group, "little"), len(group) + 1) for group in groups)
