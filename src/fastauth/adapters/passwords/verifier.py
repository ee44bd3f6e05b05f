"""What a verifier of hashes offers, whatever the algorithm."""

from collections.abc import Callable
from dataclasses import dataclass


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
