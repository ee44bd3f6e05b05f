"""Passwords hashed quickly."""

from hashlib import sha256
from secrets import token_hex

from fastauth.domain.password import Password, PasswordHash


class FakePasswordHasher:
    def __init__(self) -> None:
        self.hashed = 0

    async def hash(self, password: Password) -> PasswordHash:
        self.hashed += 1
        salt = token_hex(8)
        return PasswordHash(f"fake${salt}${sha256((salt + password.text).encode()).hexdigest()}")
