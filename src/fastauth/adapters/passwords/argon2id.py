"""Argon2id (RFC 9106) by argon2-cffi."""

import base64
import re
import secrets

from fastauth.adapters.passwords import foreign
from fastauth.adapters.passwords.builds import argon2
from fastauth.adapters.passwords.pool import HashingPool
from fastauth.domain.errors import InvalidCredentials, InvalidInput, Violation
from fastauth.domain.password import Password, PasswordHash

MOST_MEMORY_KIB = 1024 * 1024
MOST_WORK_KIB = 2 * MOST_MEMORY_KIB
"""Memory, all passes counted: some seconds; RFC 9106's first choice is one pass over 2 GiB."""
MOST_PARALLELISM = 16

MOST_CODE_POINTS = 512
"""Of a hash in its own format. What is made here has 97."""

_DJANGO_PREFIX = "argon2"  # before the $ with which the hash itself begins
_FORMAT = re.compile(
    r"\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=([1-9]\d*),t=[1-9]\d*,p=([1-9]\d*)\$([^$]{11,})\$([^$]{6,})",
    re.ASCII,
)


class Argon2PasswordHasher:
    """Hash passwords with Argon2id: a salt of 16 bytes, a tag of 32 (RFC 9106, section 4).

    A hash of weaker parameters, or of another algorithm, is verified as it is and replaced.
    """

    def __init__(self, *, pool: HashingPool, memory_kib: int, time_cost: int, parallelism: int) -> None:
        self._pool = pool
        self._argon2 = argon2.PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            salt_len=16,
            hash_len=32,
            type=argon2.Type.ID,
        )
        self._nobodys = self._argon2.hash(
            secrets.token_hex()
        )  # of the parameters in force: it costs the same

    def admit(self) -> None:
        """See `fastauth.domain.ports.PasswordHasher`."""
        self._pool.admit()

    async def hash(self, password: Password) -> PasswordHash:
        """See `fastauth.domain.ports.PasswordHasher`."""
        return PasswordHash(await self._pool.run(lambda: self._argon2.hash(password.text)))

    async def verify(self, password: Password, known: PasswordHash | None) -> PasswordHash:
        """See `fastauth.domain.ports.PasswordHasher`."""
        return await self._pool.run(lambda: self._verified(password.text, known))

    def recognise(self, encoded: str) -> PasswordHash:
        """See `fastauth.domain.ports.PasswordHasher`."""
        whole = len(encoded) <= MOST_CODE_POINTS and encoded.isascii() and encoded.isprintable()
        if not (whole and self._is_known(encoded.removeprefix(_DJANGO_PREFIX))):
            raise InvalidInput(
                Violation("password", "unknown_hash", "Must be a hash that a log-in can verify.")
            )
        return PasswordHash(encoded)

    def _verified(self, password: str, known: PasswordHash | None) -> PasswordHash:
        encoded = known.encoded.removeprefix(_DJANGO_PREFIX) if known else self._nobodys
        fits = (
            self._fits(password, encoded)
            if encoded.startswith("$argon2")
            else foreign.fits(password, encoded)
        )
        if fits is None:  # no hash at all, or one that nobody should have to compute
            self._fits(password, self._nobodys)
        if not fits or known is None:
            raise InvalidCredentials
        return known if self._is_current(known.encoded) else PasswordHash(self._argon2.hash(password))

    def _fits(self, password: str, encoded: str) -> bool | None:
        try:
            if not self._is_bearable(encoded):
                return None
            return self._argon2.verify(encoded, password)
        except argon2.exceptions.VerifyMismatchError:
            return False
        except (
            argon2.exceptions.Argon2Error,
            argon2.exceptions.InvalidHashError,
            UnicodeError,
        ):  # damaged: nothing was computed
            return None

    def _is_known(self, encoded: str) -> bool:
        try:
            if encoded.startswith("$argon2"):
                return _is_whole(encoded) and self._is_bearable(encoded)
            foreign.check_of(encoded)
        except ValueError:
            return False
        return True

    def _is_bearable(self, encoded: str) -> bool:
        """Say whether a hash costs no more than anybody may ask for, or than our own."""
        asked, own = argon2.extract_parameters(encoded), self._argon2
        return (
            asked.memory_cost <= max(MOST_MEMORY_KIB, own.memory_cost)
            and asked.memory_cost * asked.time_cost <= max(MOST_WORK_KIB, own.memory_cost * own.time_cost)
            and asked.parallelism <= max(MOST_PARALLELISM, own.parallelism)
        )

    def _is_current(self, encoded: str) -> bool:
        """Say whether a hash is at least as strong as one made now."""
        if not encoded.startswith("$argon2id$"):
            return False
        parameters = argon2.extract_parameters(encoded)
        return (
            parameters.memory_cost >= self._argon2.memory_cost
            and parameters.time_cost >= self._argon2.time_cost
            and parameters.hash_len >= self._argon2.hash_len
        )


def _is_whole(encoded: str) -> bool:
    """Say whether libargon2 could read a hash: every part is there, and no bit too many."""
    found = _FORMAT.fullmatch(encoded)
    if not found:
        return False
    memory, lanes, *texts = found.groups()
    return int(memory) >= 8 * int(lanes) and all(_is_canonical(text) for text in texts)


def _is_canonical(text: str) -> bool:
    decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    return base64.b64encode(decoded).rstrip(b"=") == text.encode()
