"""Verifiers of bcrypt, PBKDF2 and scrypt, with bounds on their cost."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

import bcrypt

BCRYPT_COSTS = range(4, 16)
"""Base-2 logarithms of the rounds. 15 takes a second or two; the default of bcrypt is 12."""
MAX_PBKDF2_ITERATIONS = 5_000_000
"""Takes some seconds; Django 6 uses 1 200 000."""
MIN_PBKDF2_ITERATIONS = 1_000
"""NIST SP 800-132, section 5.2. Weaker hashes are not imported; those stored already are verified."""
MAX_SCRYPT_MEMORY = 256 * 1024 * 1024
"""Bytes; Django uses 16 MiB."""
MAX_SCRYPT_WORK = 2**22
"""The product of N, r and p."""

_BCRYPT_BYTES = 72  # bcrypt ignores the rest; the library raises ValueError instead
_NO_SALT = "." * 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Compares passwords with one hash, and states the cost of that."""

    family: str
    """The algorithm, with those parameters that the unit of `amount` does not include."""
    amount: int
    """The cost in the unit of the family: rounds or hashes."""
    memory: int = 0
    """Bytes in use meanwhile; 0 for a few KiB."""
    weak: str = ""
    """Why the hash is too weak to be imported; empty if it is not."""
    verify: Callable[[bytes], bool]
    """Returns whether a password has the hash."""
    compute: Callable[[bytes, int], object]
    """Computes an amount of the same work on a password, and discards the result."""


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


def pbkdf2_verifier(digest: str, iterations: int, salt: bytes, key: bytes) -> Verifier:
    """Return the verifier of a key of PBKDF2 with HMAC (RFC 8018).

    Raises:
        ValueError: The iterations are out of bounds, or the key has not between 16 and 64 bytes.
    """
    size = hashlib.new(digest).digest_size
    if not 1 <= iterations <= MAX_PBKDF2_ITERATIONS or not 16 <= len(key) <= 64:  # noqa: PLR2004  bytes
        raise ValueError
    blocks = -(-len(key) // size)

    def compute(password: bytes, rounds: int) -> None:
        hashlib.pbkdf2_hmac(digest, password, salt, rounds)

    return Verifier(
        family=f"pbkdf2-{digest}",
        amount=iterations * blocks,
        weak=""
        if iterations >= MIN_PBKDF2_ITERATIONS
        else f"PBKDF2 must have at least {MIN_PBKDF2_ITERATIONS} iterations (NIST SP 800-132, 5.2).",
        verify=lambda password: compare_digest(
            hashlib.pbkdf2_hmac(digest, password, salt, iterations, len(key)), key
        ),
        compute=compute,
    )


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
