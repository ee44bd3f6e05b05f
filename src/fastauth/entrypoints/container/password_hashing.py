"""Password hashing: the threads, the algorithm, and what a new password must satisfy."""

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
    """Return this process's share of the cores: all workers together hash on each core once."""
    return max(1, machine.usable_cores // settings.workers)


def _max_legacy_hash_memory_kib(settings: Settings, machine: Machine) -> int:
    """Return what one foreign hash may use: half of this process's share of the memory, or what is set."""
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
    """See this module."""

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
