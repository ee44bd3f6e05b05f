"""The two editions of a slow proof: a small one for every run, a large one for ``make thorough``."""

import os

IS_THOROUGH = os.environ.get("FASTAUTH_TEST_THOROUGH") == "1"


def size(small: int, thorough: int) -> int:
    """Return how many examples, rounds or requests this run has."""
    return thorough if IS_THOROUGH else small
