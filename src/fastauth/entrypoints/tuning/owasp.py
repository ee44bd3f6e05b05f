"""OWASP's minimum parameters of Argon2id (Password Storage Cheat Sheet, section Argon2id)."""

MINIMUM_PARAMETERS = {1: 47_104, 2: 19_456, 3: 12_288, 4: 9_216, 5: 7_168}
"""Minimum memory in KiB for each number of passes. OWASP calls them equally strong."""


def is_strong_enough(memory_kib: int, time_cost: int) -> bool:
    """Return whether a hash has at least the memory and the passes of one of the minimum parameters."""
    return any(memory_kib >= memory and time_cost >= passes for passes, memory in MINIMUM_PARAMETERS.items())
