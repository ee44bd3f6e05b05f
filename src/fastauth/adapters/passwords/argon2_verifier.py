"""Verifiers of Argon2 hashes, with bounds on their cost."""

from fastauth.adapters.passwords.argon2_format import is_well_formed
from fastauth.adapters.passwords.native_builds import argon2
from fastauth.adapters.passwords.verifier import Verifier

MAX_MEMORY_KIB = 1024 * 1024
MAX_WORK_KIB = 2 * MAX_MEMORY_KIB
"""Memory times passes; takes some seconds. The first choice of RFC 9106 is one pass over 2 GiB."""
MAX_PARALLELISM = 16


def argon2_verifier(encoded: str, current: argon2.PasswordHasher) -> Verifier:
    """Return the verifier of a hash in the format of Argon2.

    The cost of `current` is always within bounds.

    Raises:
        ValueError: The hash is malformed, or its cost is out of bounds.
    """
    try:
        parameters = argon2.extract_parameters(encoded)
    except argon2.exceptions.InvalidHashError as error:
        raise ValueError from error
    if not (_within_cost_limits(parameters, current) and is_well_formed(encoded)):
        raise ValueError

    def verify(password: bytes) -> bool:
        try:
            return current.verify(encoded, password)
        except argon2.exceptions.Argon2Error:  # another password, or not enough memory
            return False

    cost = parameters.memory_cost, parameters.time_cost, parameters.parallelism
    return Verifier(
        family=f"argon2-{parameters.type.name}-{'-'.join(map(str, cost))}",
        amount=1,
        memory=parameters.memory_cost * 1024,
        verify=verify,
        compute=lambda password, hashes: [verify(password) for _ in range(hashes)],
    )


def is_current(encoded: str, current: argon2.PasswordHasher) -> bool:
    """Return whether a hash is at least as strong as a new one of `current`."""
    if not encoded.startswith("$argon2id$"):
        return False
    parameters = argon2.extract_parameters(encoded)
    return (
        parameters.memory_cost >= current.memory_cost
        and parameters.time_cost >= current.time_cost
        and parameters.hash_len >= current.hash_len
    )


def _within_cost_limits(parameters: argon2.Parameters, current: argon2.PasswordHasher) -> bool:
    work = parameters.memory_cost * parameters.time_cost
    return work <= max(
        MAX_WORK_KIB, current.memory_cost * current.time_cost
    ) and parameters.parallelism <= max(MAX_PARALLELISM, current.parallelism)
