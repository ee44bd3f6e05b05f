"""Verifier of bcrypt hashes, with bounds on the cost."""

from collections.abc import Callable

import bcrypt

from fastauth.adapters.passwords.verifier import Verifier

BCRYPT_COSTS = range(4, 16)
"""Base-2 logarithms of the rounds. 15 takes a second or two; the default of bcrypt is 12."""

_BCRYPT_BYTES = 72  # bcrypt ignores the rest; the library raises ValueError instead
_NO_SALT = "." * 53


def bcrypt_verifier(encoded: str, prepared: Callable[[bytes], bytes] = bytes) -> Verifier:
    """Return the verifier of a hash in the format of bcrypt; `prepared` transforms the password first.

    Raises:
        ValueError: The cost is out of bounds.
    """
    cost = int(encoded[4:6])
    if cost not in BCRYPT_COSTS:
        raise ValueError
    return Verifier(
        family="bcrypt",
        amount=2**cost,
        verify=lambda password: bcrypt.checkpw(prepared(password)[:_BCRYPT_BYTES], encoded.encode()),
        compute=_compute_bcrypt,
    )


def _compute_bcrypt(_password: bytes, rounds: int) -> None:
    for cost in BCRYPT_COSTS:
        if rounds & 2**cost:
            bcrypt.checkpw(b"", f"$2b${cost:02}${_NO_SALT}".encode())
