"""Verifier of PBKDF2 hashes, with bounds on the cost."""

import hashlib
from hmac import compare_digest

from fastauth.adapters.passwords.verifier import Verifier

MAX_PBKDF2_ITERATIONS = 5_000_000
"""Takes some seconds; Django 6 uses 1 200 000."""

MIN_PBKDF2_ITERATIONS = 1_000
"""NIST SP 800-132, section 5.2. Weaker hashes are not imported; those stored already are verified."""


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
