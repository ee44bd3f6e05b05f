"""Argon2id (RFC 9106) by argon2-cffi."""

from argon2 import PasswordHasher, Type

from fastauth.adapters.passwords.pool import HashingPool
from fastauth.domain.password import Password, PasswordHash


class Argon2PasswordHasher:
    """Hash passwords with Argon2id: a salt of 16 bytes, a tag of 32 (RFC 9106, section 4)."""

    def __init__(self, *, pool: HashingPool, memory_kib: int, time_cost: int, parallelism: int) -> None:
        self._pool = pool
        self._argon2 = PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            salt_len=16,
            hash_len=32,
            type=Type.ID,
        )

    async def hash(self, password: Password) -> PasswordHash:
        """See `fastauth.domain.ports.PasswordHasher`."""
        return PasswordHash(await self._pool.run(lambda: self._argon2.hash(password.text)))
