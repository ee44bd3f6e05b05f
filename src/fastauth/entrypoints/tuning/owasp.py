"""What OWASP asks of Argon2id: the Password Storage Cheat Sheet, section Argon2id."""

MINIMUM_PARAMETERS = {1: 47_104, 2: 19_456, 3: 12_288, 4: 9_216, 5: 7_168}
"""The least memory, in KiB, for each number of passes. OWASP calls these equally strong."""


def is_strong_enough(memory_kib: int, time_cost: int) -> bool:
    """Say whether a hash takes as much memory and as many passes as one of the minima."""
    return any(memory_kib >= memory and time_cost >= passes for passes, memory in MINIMUM_PARAMETERS.items())
