"""Which adapter stands behind which port: the one place where the rooms are joined."""

import os

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Provider, Singleton

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool, common_passwords
from fastauth.adapters.precis import PrecisUsernameProfile
from fastauth.adapters.sql import Database, SqlUserRepository
from fastauth.application.register_user import RegisterUser
from fastauth.domain.password import PasswordPolicy
from fastauth.domain.ports import PasswordHasher, UsernameProfile, UserRepository
from fastauth.entrypoints.settings import Settings


def _hashing_threads(settings: Settings) -> int:
    """Return this process's share of the cores: all workers together hash on each core once."""
    return max(1, len(os.sched_getaffinity(0)) // settings.workers)


def _password_policy(settings: Settings) -> PasswordPolicy:
    strict = settings.password_blocklist
    common = common_passwords(min_length=settings.password_min_length) if strict else frozenset()
    return PasswordPolicy(min_length=settings.password_min_length, common=common, refuse_own_words=strict)


class Container(DeclarativeContainer):
    """Everything the service is made of.

    Any part can be replaced by an argument: ``Container(settings=..., users=FakeUserRepository())``.
    """

    settings: Provider[Settings] = Dependency(instance_of=Settings)

    database: Provider[Database] = Singleton(
        Database, settings.provided.database_url, pool_size=settings.provided.database_pool_size
    )
    hashing_pool: Provider[HashingPool] = Singleton(
        HashingPool, threads=Singleton(_hashing_threads, settings)
    )

    users: Provider[UserRepository] = Singleton(SqlUserRepository, database=database)
    hasher: Provider[PasswordHasher] = Singleton(
        Argon2PasswordHasher,
        pool=hashing_pool,
        memory_kib=settings.provided.argon2_memory_kib,
        time_cost=settings.provided.argon2_time_cost,
        parallelism=settings.provided.argon2_parallelism,
    )
    usernames: Provider[UsernameProfile] = Singleton(PrecisUsernameProfile)
    password_policy: Provider[PasswordPolicy] = Singleton(_password_policy, settings)

    register_user: Provider[RegisterUser] = Singleton(
        RegisterUser, users=users, hasher=hasher, usernames=usernames, passwords=password_policy
    )
