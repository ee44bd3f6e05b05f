"""Password hashing with Argon2id (RFC 9106) by argon2-cffi."""

import secrets
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from threading import Lock

from fastauth.adapters.passwords import legacy_hashes
from fastauth.adapters.passwords.argon2_verifier import MAX_MEMORY_KIB, argon2_verifier, is_current
from fastauth.adapters.passwords.hashing_pool import HashingPool
from fastauth.adapters.passwords.native_builds import argon2
from fastauth.adapters.passwords.verifier import Verifier
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash

MAX_HASH_LENGTH = 512
"""Characters of an imported hash. A hash made here has 97."""


class Argon2PasswordHasher:
    """Hash passwords with Argon2id: a salt of 16 bytes, a tag of 32 (RFC 9106, section 4).

    A hash with weaker parameters or of another algorithm is replaced when it is verified. Every failed
    verification costs the same, whether or not there is a hash: see `set_stored_kinds`.
    """

    def __init__(
        self,
        *,
        pool: HashingPool,
        memory_kib: int,
        time_cost: int,
        parallelism: int,
        max_memory_kib: int = MAX_MEMORY_KIB,
    ) -> None:
        """Use these parameters for new hashes; `max_memory_kib` bounds the memory of a legacy hash."""
        self._pool = pool
        self._argon2 = argon2.PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            salt_len=16,
            hash_len=32,
            type=argon2.Type.ID,
        )
        self._max_memory = max(memory_kib, min(max_memory_kib, MAX_MEMORY_KIB)) * 1024
        # A dummy hash with the current parameters, which is verified if there is no account.
        self._dummy = self._verifier_for(self._argon2.hash(secrets.token_hex()))
        self._expected: dict[str, Verifier] = {}
        self._large = Lock()

    def check_capacity(self) -> None:
        """See `fastauth.domain.passwords.ports.PasswordHasher`."""
        self._pool.check_capacity()

    async def hash(self, password: Password) -> PasswordHash:
        """See `fastauth.domain.passwords.ports.PasswordHasher`."""
        return PasswordHash(await self._pool.run(lambda: self._argon2.hash(password.text)))

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        """See `fastauth.domain.passwords.ports.PasswordHasher`."""
        return await self._pool.run(lambda: self._verify(password, stored))

    def parse_existing(self, encoded: str) -> PasswordHash:
        """See `fastauth.domain.passwords.ports.PasswordHasher`."""
        is_text = len(encoded) <= MAX_HASH_LENGTH and encoded.isascii() and encoded.isprintable()
        try:
            verifier = self._verifier_for(encoded) if is_text else None
        except ValueError:
            verifier = None
        code, detail = legacy_hashes.rejection_reason(encoded[:MAX_HASH_LENGTH])
        if verifier and verifier.memory > self._max_memory:
            mebibytes = self._max_memory // 2**20
            code, detail = "costly_hash", f"Must need at most {mebibytes} MiB of memory here."
        elif verifier and verifier.weak:
            code, detail = "weak_hash", verifier.weak
        elif verifier:
            return PasswordHash(encoded)
        raise InvalidInput(Violation("password", code, detail))

    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        """Add, to every failed verification, the costliest hash of each family among `examples`.

        Otherwise the response time would reveal accounts whose hash is of another family.
        """
        costliest = self.families(examples)
        self._expected = {name: each for name, each in costliest.items() if name != self._dummy.family}

    def families(self, stored: Iterable[PasswordHash]) -> dict[str, Verifier]:
        """Return the verifier of the costliest hash of each family."""
        costliest: dict[str, Verifier] = {}
        for each in filter(None, map(self._usable, stored)):
            costliest[each.family] = max(
                costliest.get(each.family, each), each, key=lambda verifier: verifier.amount
            )
        return costliest

    def _verify(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        """Return the hash to keep; raise `InvalidCredentials` if the password does not match."""
        verifier = self._usable(stored) if stored else None
        form = self._matching_form(verifier, password) if verifier else None
        if not (stored and form):
            self._equalize_cost(verifier, password)
            raise InvalidCredentials
        keep = form == password.text and is_current(stored.encoded, self._argon2)
        return stored if keep else PasswordHash(self._argon2.hash(password.text))

    def _matching_form(self, verifier: Verifier, password: Password) -> str | None:
        """Return the Unicode form of the password that matches; ``None`` if no form does."""
        for form in password.forms:
            if self._matches(verifier, form):
                return form
        return None

    def _equalize_cost(self, verifier: Verifier | None, password: Password) -> None:
        """Compute what a failed verification costs, less what `verifier` has computed already."""
        for family, costliest in {**self._expected, self._dummy.family: self._dummy}.items():
            computed = verifier.amount if verifier and verifier.family == family else 0
            if costliest.amount > computed:
                for form in password.forms:
                    self._compute(costliest, costliest.amount - computed, form)

    def _matches(self, verifier: Verifier, form: str) -> bool:
        with self._memory_lock(verifier):
            return verifier.verify(form.encode())

    def _compute(self, verifier: Verifier, amount: int, form: str) -> None:
        with self._memory_lock(verifier):
            verifier.compute(form.encode(), amount)

    def _memory_lock(self, verifier: Verifier) -> AbstractContextManager[object]:
        """Return a lock for hashes that need more memory than our own: one of them at a time."""
        return self._large if verifier.memory > self._dummy.memory else nullcontext()

    def _usable(self, stored: PasswordHash) -> Verifier | None:
        """Return the verifier of a stored hash; ``None`` if it is not supported or too costly."""
        try:
            verifier = self._verifier_for(stored.encoded)
        except ValueError:
            return None
        return verifier if verifier.memory <= self._max_memory else None

    def _verifier_for(self, encoded: str) -> Verifier:
        bare = legacy_hashes.strip_argon2_wrapper(encoded)
        if bare.startswith("$argon2"):
            return argon2_verifier(bare, self._argon2)
        return legacy_hashes.verifier_for(encoded)
