"""Verifier of scrypt hashes, with bounds on the cost."""

import hashlib
from hmac import compare_digest

from fastauth.adapters.passwords.verifier import Verifier

MAX_SCRYPT_MEMORY = 256 * 1024 * 1024
"""Bytes; Django uses 16 MiB."""

MAX_SCRYPT_WORK = 2**22
"""The product of N, r and p."""


def scrypt_verifier(cost: tuple[int, int, int], salt: bytes, key: bytes) -> Verifier:
    """Return the verifier of a key of scrypt (RFC 7914) with N, r and p.

    Raises:
        ValueError: The cost is invalid or out of bounds, or the key has not between 16 and 64 bytes.
    """
    n, r, p = cost
    if min(n, r, p) < 1 or 128 * n * r > MAX_SCRYPT_MEMORY or n * r * p > MAX_SCRYPT_WORK:
        raise ValueError
    if n.bit_count() != 1 or not 1 < n < 2 ** (16 * r) or not 16 <= len(key) <= 64:  # noqa: PLR2004  RFC 7914, section 6; bytes
        raise ValueError

    def derived(password: bytes) -> bytes:
        max_memory = 2 * MAX_SCRYPT_MEMORY
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=max_memory, dklen=len(key))

    return Verifier(
        family=f"scrypt-{n}-{r}-{p}",
        amount=1,
        memory=128 * n * r,
        verify=lambda password: compare_digest(derived(password), key),
        compute=lambda password, hashes: [derived(password) for _ in range(hashes)],
    )
