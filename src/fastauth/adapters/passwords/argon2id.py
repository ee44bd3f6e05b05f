"""Argon2id (RFC 9106) by argon2-cffi."""

import base64
import re
import secrets
from collections.abc import Iterable
from contextlib import nullcontext
from threading import Lock

from fastauth.adapters.passwords import legacy_hashes
from fastauth.adapters.passwords.hashing_pool import HashingPool
from fastauth.adapters.passwords.native_builds import argon2
from fastauth.adapters.passwords.verifiers import Verifier
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash

MAX_MEMORY_KIB = 1024 * 1024
MAX_WORK_KIB = 2 * MAX_MEMORY_KIB
"""Memory, all passes counted: some seconds; RFC 9106's first choice is one pass over 2 GiB."""
MAX_PARALLELISM = 16

MAX_HASH_LENGTH = 512
"""Of a hash in its own format. What is made here has 97."""

_FORMAT = re.compile(
    r"\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=([1-9]\d*),t=[1-9]\d*,p=([1-9]\d*)\$([^$]{11,})\$([^$]{6,})",
    re.ASCII,
)


class Argon2PasswordHasher:
    """Hash passwords with Argon2id: a salt of 16 bytes, a tag of 32 (RFC 9106, section 4).

    A hash of weaker parameters, or of another algorithm, is verified as it is and replaced. Every
    password that is refused costs the same, whether or not there is a hash: see `expect`.
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
        self._pool = pool
        self._argon2 = argon2.PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            salt_len=16,
            hash_len=32,
            type=argon2.Type.ID,
        )
        self._most_memory = max(memory_kib, min(max_memory_kib, MAX_MEMORY_KIB)) * 1024
        nobodys = self._argon2.hash(secrets.token_hex())  # of the parameters in force: it costs the same
        self._dummy = self._verifier_for(nobodys)
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
        return await self._pool.run(lambda: self._verified(password, stored))

    def parse_existing(self, encoded: str) -> PasswordHash:
        """See `fastauth.domain.passwords.ports.PasswordHasher`."""
        whole = len(encoded) <= MAX_HASH_LENGTH and encoded.isascii() and encoded.isprintable()
        try:
            check = self._verifier_for(encoded) if whole else None
        except ValueError:
            check = None
        code, detail = legacy_hashes.rejection_reason(encoded[:MAX_HASH_LENGTH])
        if check and check.memory > self._most_memory:
            code, detail = (
                "costly_hash",
                f"Must need at most {self._most_memory // 2**20} MiB of memory here.",
            )
        elif check and check.weak:
            code, detail = "weak_hash", check.weak
        elif check:
            return PasswordHash(encoded)
        raise InvalidInput(Violation("password", code, detail))

    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        """Have every refusal cost as much as the dearest of these for each kind of hash among them.

        Otherwise the time of a refusal tells an account with a hash of another kind from none.
        """
        dearest = self.families(examples)
        self._expected = {name: check for name, check in dearest.items() if name != self._dummy.family}

    def families(self, stored: Iterable[PasswordHash]) -> dict[str, Verifier]:
        """Return the dearest check of each family among these hashes."""
        dearest: dict[str, Verifier] = {}
        for check in filter(None, map(self._usable, stored)):
            dearest[check.family] = max(dearest.get(check.family, check), check, key=lambda each: each.amount)
        return dearest

    def _verified(self, password: Password, known: PasswordHash | None) -> PasswordHash:
        check = self._usable(known) if known else None
        fitting = self._fitting(check, password) if check else None
        if not (known and fitting):
            self._spend_the_rest(check, password)
            raise InvalidCredentials
        kept = fitting == password.text and self._is_current(known.encoded)
        return known if kept else PasswordHash(self._argon2.hash(password.text))

    def _fitting(self, check: Verifier, password: Password) -> str | None:
        """Return the spelling of a password that fits, or ``None``; every spelling is tried then."""
        for spelling in password.forms:
            if self._computed(check, spelling):
                return spelling
        return None

    def _spend_the_rest(self, check: Verifier | None, password: Password) -> None:
        """Compute what was not computed already of the hashes that a refusal costs."""
        wanted = {**self._expected, self._dummy.family: self._dummy}
        for family, dearest in wanted.items():
            done = check.amount if check and check.family == family else 0
            if dearest.amount > done:
                for spelling in password.forms:
                    self._spent(dearest, dearest.amount - done, spelling)

    def _computed(self, check: Verifier, spelling: str) -> bool:
        with self._large if check.memory > self._dummy.memory else nullcontext():
            return check.verify(spelling.encode())

    def _spent(self, check: Verifier, amount: int, spelling: str) -> None:
        with self._large if check.memory > self._dummy.memory else nullcontext():
            check.compute(spelling.encode(), amount)

    def _usable(self, known: PasswordHash) -> Verifier | None:
        """Return the check of a hash, or ``None`` for what is none or costs too much."""
        try:
            check = self._verifier_for(known.encoded)
        except ValueError:
            return None
        return check if check.memory <= self._most_memory else None

    def _verifier_for(self, encoded: str) -> Verifier:
        bare = legacy_hashes.strip_argon2_wrapper(encoded)
        return (
            self._argon2_verifier(bare) if bare.startswith("$argon2") else legacy_hashes.verifier_for(encoded)
        )

    def _argon2_verifier(self, encoded: str) -> Verifier:
        try:
            asked, own = argon2.extract_parameters(encoded), self._argon2
        except argon2.exceptions.InvalidHashError as error:
            raise ValueError from error
        cost = asked.memory_cost, asked.time_cost, asked.parallelism
        within_cost_limits = (
            cost[0] * cost[1] <= max(MAX_WORK_KIB, own.memory_cost * own.time_cost)
            and cost[2] <= max(MAX_PARALLELISM, own.parallelism)
            and _is_well_formed(encoded)
        )
        if not within_cost_limits:
            raise ValueError

        def verify(password: bytes) -> bool:
            try:
                return own.verify(encoded, password)
            except argon2.exceptions.Argon2Error:  # another password, or no memory for it
                return False

        return Verifier(
            family=f"argon2-{asked.type.name}-{'-'.join(map(str, cost))}",
            amount=1,
            memory=asked.memory_cost * 1024,
            verify=verify,
            compute=lambda password, hashes: [verify(password) for _ in range(hashes)],
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


def _is_well_formed(encoded: str) -> bool:
    """Say whether libargon2 could read a hash: every part is there, and no bit too many."""
    found = _FORMAT.fullmatch(encoded)
    if not found:
        return False
    memory, lanes, *texts = found.groups()
    return int(memory) >= 8 * int(lanes) and all(_is_canonical(text) for text in texts)


def _is_canonical(text: str) -> bool:
    decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    return base64.b64encode(decoded).rstrip(b"=") == text.encode()
