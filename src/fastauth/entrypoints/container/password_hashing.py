"""Providers of password hashing: threads, algorithm and password policy.

They are apart from `fastauth.entrypoints.container.passwords`, because accounts and sessions build on them,
and changing a password builds on accounts and sessions.
"""

from dependency_injector.providers import Callable, Object, Provider, Singleton

from fastauth.adapters.passwords import (
    HASH_PREFIXES,
    Argon2PasswordHasher,
    BreachedPasswords,
    HashingPool,
    common_passwords,
)
from fastauth.adapters.sql import SqlHashKinds
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import HashKinds, PasswordHasher
from fastauth.entrypoints.container.shared import Shared
from fastauth.entrypoints.observability.instrumentation import hash_observers
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.tuning.machine import Machine


def _hashing_threads(settings: Settings, machine: Machine) -> int:
    """Return this worker's share of the cores: all workers together have one hashing thread per core."""
    return max(1, machine.usable_cores // settings.workers)


def _max_legacy_hash_memory_kib(settings: Settings, machine: Machine) -> int:
    """Return the maximum memory of a legacy hash: the setting, or half of this worker's memory share."""
    share = machine.usable_memory // (2 * 1024 * settings.workers)
    return settings.legacy_hash_memory_kib or share


def _password_policy(settings: Settings) -> PasswordPolicy:
    strict = settings.password_blocklist
    common = common_passwords(min_length=settings.password_min_length) if strict else frozenset()
    return PasswordPolicy(
        min_length=settings.password_min_length,
        blocklist=common,
        reject_user_attributes=strict,
        context_words=settings.password_context_words,
        breached=BreachedPasswords.from_path(settings.password_breach_file),
    )


class PasswordHashing(Shared):
    """See `fastauth.domain.passwords`."""

    password_policy: Provider[PasswordPolicy] = Singleton(_password_policy, Shared.settings)

    machine: Provider[Machine] = Singleton(Machine.detect)
    hashing_threads: Provider[int] = Callable(_hashing_threads, Shared.settings, machine)
    hashing_pool: Provider[HashingPool] = Singleton(
        HashingPool, threads=hashing_threads, observers=Callable(hash_observers, Shared.instrumentations)
    )
    hasher: Provider[PasswordHasher] = Singleton(
        Argon2PasswordHasher,
        pool=hashing_pool,
        memory_kib=Shared.settings.provided.argon2_memory_kib,
        time_cost=Shared.settings.provided.argon2_time_cost,
        parallelism=Shared.settings.provided.argon2_parallelism,
        max_memory_kib=Callable(_max_legacy_hash_memory_kib, Shared.settings, machine),
    )
    hash_kinds: Provider[HashKinds] = Singleton(
        SqlHashKinds, connections=Shared.database.provided.probes, prefixes=Object(HASH_PREFIXES)
    )
