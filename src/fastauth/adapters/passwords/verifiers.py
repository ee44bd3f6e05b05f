"""The slow hashes that others use, with the cost of each."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

import bcrypt

BCRYPT_COSTS = range(4, 16)
"""Up to a second or two; bcrypt's own default is 12."""
MAX_PBKDF2_ITERATIONS = 5_000_000
"""Some seconds; Django 6 uses 1 200 000."""
MIN_PBKDF2_ITERATIONS = 1_000
"""NIST SP 800-132, section 5.2. Fewer are not imported; what is stored already is verified."""
MAX_SCRYPT_MEMORY = 256 * 1024 * 1024
"""Bytes; Django uses 16 MiB."""
MAX_SCRYPT_WORK = 2**22
"""Blocks, all passes counted."""

_BCRYPT_BYTES = 72  # what bcrypt looks at; its library refuses more instead of ignoring it
_NO_SALT = "." * 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """How a password is compared with one hash, and what that costs."""

    family: str
    """What is computed. Costs within one family add up."""
    amount: int
    """How much of it, in the family's own unit: rounds, or hashes."""
    memory: int = 0
    """Bytes that are in use meanwhile, where that is more than a few KiB."""
    weak: str = ""
    """Why it is too weak to be imported."""
    verify: Callable[[bytes], bool]
    compute: Callable[[bytes, int], object]
    """Compute that amount of a password for nothing."""


def bcrypt_verifier(encoded: str, prepared: Callable[[bytes], bytes] = bytes) -> Verifier:
    """Return the check of a hash in bcrypt's own format, of a password that is `prepared` first.

    Raises:
        ValueError: Its cost is out of bounds.
    """
    cost = int(encoded[4:6])
    if cost not in BCRYPT_COSTS:
        raise ValueError
    return Verifier(
        family="bcrypt",
        amount=2**cost,
        verify=lambda password: bcrypt.checkpw(prepared(password)[:_BCRYPT_BYTES], encoded.encode()),
        compute=_spend_bcrypt,
    )


def _spend_bcrypt(_password: bytes, rounds: int) -> None:
    for cost in BCRYPT_COSTS:
        if rounds & 2**cost:
            bcrypt.checkpw(b"", f"$2b${cost:02}${_NO_SALT}".encode())


def pbkdf2_verifier(digest: str, iterations: int, salt: bytes, key: bytes) -> Verifier:
    """Return the check of a key made by PBKDF2 (RFC 8018) with HMAC.

    Raises:
        ValueError: The iterations are out of bounds, or the key is not of a length in use.
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
    """Return the check of a key made by scrypt (RFC 7914) with N, r and p.

    Raises:
        ValueError: The cost is impossible or out of bounds, or the key is too short to be one.
    """
    n, r, p = cost
    if min(n, r, p) < 1 or 128 * n * r > MAX_SCRYPT_MEMORY or n * r * p > MAX_SCRYPT_WORK:
        raise ValueError
    if n.bit_count() != 1 or not 1 < n < 2 ** (16 * r) or not 16 <= len(key) <= 64:  # noqa: PLR2004  RFC 7914, section 6; bytes
        raise ValueError

    def derived(password: bytes) -> bytes:
        most = 2 * MAX_SCRYPT_MEMORY
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=most, dklen=len(key))

    return Verifier(
        family=f"scrypt-{n}-{r}-{p}",
        amount=1,
        memory=128 * n * r,
        verify=lambda password: compare_digest(derived(password), key),
        compute=lambda password, hashes: [derived(password) for _ in range(hashes)],
    )
