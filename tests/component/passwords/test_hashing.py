"""Argon2id, legacy hashes, and the thread pool for hashing."""

import asyncio
import hashlib
import hmac
import itertools
import threading
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import argon2
import bcrypt
import pytest
from argon2 import extract_parameters
from tests import legacy_hashes
from tests.builders import a_password, a_password_hash
from tests.contracts.passwords.password_hasher import NO_HASHES, PasswordHasherContract

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.adapters.passwords.hashing_pool import MIN_QUEUE_LENGTH
from fastauth.adapters.passwords.legacy_hashes import verifier_for
from fastauth.adapters.passwords.verifier import Verifier
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials


@pytest.fixture
def pool() -> Iterator[HashingPool]:
    pool = HashingPool(threads=2)
    yield pool
    pool.close()


class TestArgon2PasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self, pool: HashingPool) -> Argon2PasswordHasher:
        return Argon2PasswordHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)

    async def test_hash_has_the_configured_parameters(self, hasher: Argon2PasswordHasher) -> None:
        parameters = extract_parameters((await hasher.hash(a_password())).encoded)
        assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (64, 3, 1)
        assert (parameters.salt_len, parameters.hash_len, parameters.type.name) == (16, 32, "ID")

    async def test_own_parameters_are_always_within_the_cost_limits(self, pool: HashingPool) -> None:
        hasher = Argon2PasswordHasher(pool=pool, memory_kib=512, time_cost=1, parallelism=64)
        hashed = await hasher.hash(a_password())
        assert await hasher.verify_and_update(a_password(), hashed) == hashed


def django_pbkdf2(password: str, *, digest: str = "sha256", iterations: int = 1_000) -> str:
    key = hashlib.pbkdf2_hmac(digest, password.encode(), b"salt", iterations)
    return f"pbkdf2_{digest}${iterations}$salt${b64encode(key).decode()}"


def django_scrypt(password: str, *, n: int = 1_024, r: int = 8, p: int = 1) -> str:
    key = hashlib.scrypt(password.encode(), salt=b"salt", n=n, r=r, p=p, maxmem=2**26, dklen=64)
    return f"scrypt${n}$salt${r}${p}${b64encode(key).decode()}"


def bcrypted(password: bytes, prefix: bytes = b"2b") -> str:
    return bcrypt.hashpw(password, bcrypt.gensalt(4)).replace(b"$2b$", b"$" + prefix + b"$").decode()


FOREIGN = {
    "bcrypt": bcrypted(b"sntsh"),
    "bcrypt by PHP": bcrypted(b"sntsh", prefix=b"2y"),
    "Django's bcrypt": "bcrypt$" + bcrypted(b"sntsh"),
    "Django's bcrypt_sha256": "bcrypt_sha256$" + bcrypted(hashlib.sha256(b"sntsh").hexdigest().encode()),
    "Django's pbkdf2_sha256": django_pbkdf2("sntsh"),
    "Django's pbkdf2_sha1": django_pbkdf2("sntsh", digest="sha1"),
    "Django's scrypt": django_scrypt("sntsh"),
    "Django's argon2": "argon2" + argon2.PasswordHasher(time_cost=1, memory_cost=64).hash("sntsh"),
    "argon2i": argon2.PasswordHasher(time_cost=3, memory_cost=64, type=argon2.Type.I).hash("sntsh"),
    "argon2id of fewer passes": argon2.PasswordHasher(time_cost=1, memory_cost=64).hash("sntsh"),
    "argon2id of less memory": argon2.PasswordHasher(time_cost=3, memory_cost=32).hash("sntsh"),
}

SECRET = legacy_hashes.PASSWORD.encode()


def asp_net(version: int) -> str:
    """Return a hash of ASP.NET Identity: version 2 is PBKDF2 with SHA-1, version 3 has a header."""
    if version == 2:
        blob = b"\0" + bytes(16) + hashlib.pbkdf2_hmac("sha1", SECRET, bytes(16), 1_000, 32)
    else:
        header = b"\1" + b"".join(number.to_bytes(4, "big") for number in (2, 2_000, 16))
        blob = header + bytes(16) + hashlib.pbkdf2_hmac("sha512", SECRET, bytes(16), 2_000, 32)
    return b64encode(blob).decode()


def spring_scrypt() -> str:
    key = hashlib.scrypt(SECRET, salt=bytes(16), n=2**10, r=8, p=1, dklen=32)
    return (
        f"{{scrypt}}${(10 << 16) + (8 << 8) + 1:x}${b64encode(bytes(16)).decode()}${b64encode(key).decode()}"
    )


OTHERS = legacy_hashes.SLOW | {
    "Spring's bcrypt": "{bcrypt}" + bcrypted(SECRET, prefix=b"2a"),
    "Dovecot's bcrypt": "{BLF-CRYPT}" + bcrypted(SECRET, prefix=b"2y"),
    "Spring's argon2": "{argon2}" + argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(SECRET),
    "Dovecot's argon2": "{ARGON2ID}" + argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(SECRET),
    "Spring's pbkdf2": "{pbkdf2}"
    + (bytes(8) + hashlib.pbkdf2_hmac("sha1", SECRET, bytes(8), 185_000, 32)).hex(),
    "Spring's pbkdf2 since 5.8": "{pbkdf2@SpringSecurity_v5_8}"
    + (bytes(16) + hashlib.pbkdf2_hmac("sha256", SECRET, bytes(16), 310_000, 32)).hex(),
    "Spring's scrypt": spring_scrypt(),
    "WordPress": "$wp" + bcrypted(b64encode(hmac.digest(b"wp-sha384", SECRET, "sha384")), prefix=b"2y"),
    "ASP.NET Identity 2": asp_net(2),
    "ASP.NET Identity 3": asp_net(3),
}
CRYPTED = [  # by libcrypt
    ("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
    ("", "$5$rounds=1400$a$usdA5J0TGdDm6nWA1jbpGPq0xPXqNY6CxehwOM7Uen1"),
    (
        "Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
    ),
    (
        "x" * 200,
        "$6$rounds=1400$a$QMh5topDUPB6kpckDqn9Fd5lQar/FCcueG7hcIFzoB6qPNr2zViB6S4Hm0L7fI0Hs.s3JJi5LT2j4JUkZntd3/",
    ),
]
WEAK = legacy_hashes.FAST | {
    "pbkdf2 of one iteration": django_pbkdf2("sntsh", iterations=1),
    "plain text": "{noop}sntsh",
}
DECOMPOSED = "Tie\u0302\u0301ng-Vie\u0323\u0302t, 47\u2126"
TYPED = {
    "bcrypt": bcrypted(DECOMPOSED.encode()),
    "pbkdf2": django_pbkdf2(DECOMPOSED),
    "argon2id": argon2.PasswordHasher(time_cost=3, memory_cost=64).hash(DECOMPOSED),
    "composed": bcrypted(unicodedata.normalize("NFC", DECOMPOSED).encode()),
}

UNUSABLE = {
    "nothing": "",
    "text": "sntsh",
    "bcrypt of cost 31": bcrypted(b"sntsh").replace("$04$", "$31$"),
    "bcrypt of cost 3": bcrypted(b"sntsh").replace("$04$", "$03$"),
    "bcrypt cut off": bcrypted(b"sntsh")[:-1],
    "pbkdf2 of 10^9 iterations": django_pbkdf2("sntsh").replace("$1000$", "$1000000000$"),
    "pbkdf2 of -1 iterations": django_pbkdf2("sntsh").replace("$1000$", "$-1$"),
    "pbkdf2 of no number": django_pbkdf2("sntsh").replace("$1000$", "$x$"),
    "scrypt of 128 GiB": django_scrypt("sntsh").replace("$1024$", "$1073741824$"),
    "scrypt of much work": django_scrypt("sntsh").replace("$8$1$", "$8$1000000$"),
    "scrypt of a cost that is no power": django_scrypt("sntsh").replace("$1024$", "$1000$"),
    "argon2id of 64 GiB": FOREIGN["argon2id of fewer passes"].replace("m=64", "m=67108864"),
    "argon2id of 10^6 passes": FOREIGN["argon2id of fewer passes"].replace("t=1", "t=1000000"),
    "argon2id of 32 passes over a GiB": FOREIGN["argon2id of fewer passes"]
    .replace("m=64", "m=1048576")
    .replace("t=1", "t=32"),
    "argon2id of 255 lanes": FOREIGN["argon2id of fewer passes"].replace("p=4", "p=255"),
    "argon2id cut off": FOREIGN["argon2id of fewer passes"][:-10],
    "an unknown scheme": "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
    "Django's mark for no password": "!x7y",
}


class CountingHasher(Argon2PasswordHasher):
    """Counts the computed work by family and form of the password, in the unit of the family."""

    def __init__(self, **parameters: Any) -> None:  # noqa: ANN401  those of every hasher
        super().__init__(**parameters)
        self.computed: Counter[tuple[str, str]] = Counter()

    def _matches(self, check: Verifier, spelling: str) -> bool:
        self.computed[check.family, spelling] += check.amount
        return super()._matches(check, spelling)

    def _compute(self, check: Verifier, amount: int, spelling: str) -> None:
        self.computed[check.family, spelling] += amount
        super()._compute(check, amount, spelling)


class TestVerification:
    @pytest.fixture
    def hasher(self, pool: HashingPool) -> Argon2PasswordHasher:
        return Argon2PasswordHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)

    @pytest.mark.parametrize("kind", FOREIGN)
    async def test_legacy_hash_is_replaced(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        kept = await hasher.verify_and_update(a_password("sntsh"), a_password_hash(FOREIGN[kind]))
        parameters = extract_parameters(kept.encoded)
        assert (parameters.memory_cost, parameters.time_cost, parameters.type.name) == (64, 3, "ID")
        assert await hasher.verify_and_update(a_password("sntsh"), kept) == kept

    @pytest.mark.parametrize("kind", FOREIGN)
    async def test_wrong_password_fails_with_legacy_hash(
        self, hasher: Argon2PasswordHasher, kind: str
    ) -> None:
        with pytest.raises(InvalidCredentials):
            await hasher.verify_and_update(a_password("sntsH"), a_password_hash(FOREIGN[kind]))

    @pytest.mark.parametrize("kind", UNUSABLE)
    async def test_no_password_matches_an_unusable_hash(
        self, hasher: Argon2PasswordHasher, kind: str
    ) -> None:
        with pytest.raises(InvalidCredentials):
            await hasher.verify_and_update(a_password("sntsh"), a_password_hash(UNUSABLE[kind]))

    @pytest.mark.parametrize("kind", FOREIGN)
    def test_legacy_hash_can_be_imported(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        assert hasher.parse_existing(FOREIGN[kind]) == a_password_hash(FOREIGN[kind])

    async def test_formats_of_other_libraries(self, hasher: Argon2PasswordHasher) -> None:
        password = a_password(legacy_hashes.PASSWORD)
        for kind, encoded in OTHERS.items():
            known = a_password_hash(encoded)
            assert hasher.parse_existing(encoded) == known, kind
            with pytest.raises(InvalidCredentials):
                await hasher.verify_and_update(a_password("pässwörd"), known)
            kept = await hasher.verify_and_update(password, known)
            assert kept.encoded.startswith("$argon2id$v=19$m=64,t=3,p=1$"), kind
            assert await hasher.verify_and_update(password, kept) == kept

    def test_sha_crypt_vectors_of_libcrypt(self) -> None:
        for text, encoded in CRYPTED:
            assert verifier_for(encoded).verify(text.encode())
            assert not verifier_for(encoded).verify(b"another")

    async def test_import_rejects_fast_hashes(self, hasher: Argon2PasswordHasher) -> None:
        for kind, encoded in WEAK.items():
            with pytest.raises(InvalidInput) as refusal:
                hasher.parse_existing(encoded)
            (violation,) = refusal.value.violations
            assert (violation.field, violation.code) == ("password", "weak_hash"), kind
            assert "ASVS 11.4.2" in violation.detail or "NIST SP 800-132" in violation.detail
            assert encoded not in violation.detail

    async def test_legacy_hash_of_a_decomposed_password(self, hasher: Argon2PasswordHasher) -> None:
        typed = a_password(DECOMPOSED)
        assert DECOMPOSED not in repr(typed)
        for kind, encoded in TYPED.items():
            kept = await hasher.verify_and_update(typed, a_password_hash(encoded))
            composed = a_password(unicodedata.normalize("NFC", DECOMPOSED))
            assert await hasher.verify_and_update(composed, kept) == kept, kind
            assert await hasher.verify_and_update(typed, kept) == kept, kind

    async def test_failed_verification_costs_the_same_for_all_stored_kinds(self, pool: HashingPool) -> None:
        hasher = CountingHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)
        named = ("werkzeug scrypt", "passlib sha256_crypt", "passlib phpass", "passlib pbkdf2_sha512")
        kinds = [
            OTHERS[kind] for kind in (*named, "Dovecot's argon2", "ASP.NET Identity 2", "ASP.NET Identity 3")
        ]
        kinds += [
            FOREIGN["bcrypt"],
            bcrypted(b"x").replace("$04$", "$06$"),
            FOREIGN["Django's bcrypt_sha256"],
        ]
        own = await hasher.hash(a_password("right"))
        hasher.set_stored_kinds([own, *map(a_password_hash, kinds)])
        for wrong in ("wrong", DECOMPOSED):
            found = []
            for known in (None, own, *map(a_password_hash, [*kinds, "", UNUSABLE["bcrypt of cost 31"]])):
                hasher.computed.clear()
                with pytest.raises(InvalidCredentials):
                    await hasher.verify_and_update(a_password(wrong), known)
                found.append(dict(hasher.computed))
            assert len({family for family, _ in found[0]}) == 8
            assert [each for each in found if each != found[0]] == []
        hasher.set_stored_kinds([own])
        hasher.computed.clear()
        with pytest.raises(InvalidCredentials):
            await hasher.verify_and_update(a_password("wrong"), None)
        assert hasher.computed == {("argon2-ID-64-3-1", "wrong"): 1}

    async def test_memory_of_legacy_hashes_is_limited(self, pool: HashingPool) -> None:
        hasher = CountingHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1, max_memory_kib=512)
        large = [
            django_scrypt("sntsh"),
            argon2.PasswordHasher(time_cost=1, memory_cost=513).hash("sntsh"),
        ]
        for encoded in large:
            with pytest.raises(InvalidInput) as refusal:
                hasher.parse_existing(encoded)
            assert [violation.code for violation in refusal.value.violations] == ["costly_hash"]
            hasher.computed.clear()
            with pytest.raises(InvalidCredentials):
                await hasher.verify_and_update(a_password("sntsh"), a_password_hash(encoded))
            assert hasher.computed == {("argon2-ID-64-3-1", "sntsh"): 1}
        fitting = argon2.PasswordHasher(time_cost=1, memory_cost=512).hash("sntsh")
        assert await hasher.verify_and_update(a_password("sntsh"), hasher.parse_existing(fitting))

    @pytest.mark.parametrize("salt", ["sa\0lt", "\ud800", "sält", "sa\nlt"])
    def test_import_rejects_unprintable_characters(self, hasher: Argon2PasswordHasher, salt: str) -> None:
        with pytest.raises(InvalidInput):
            hasher.parse_existing(FOREIGN["Django's pbkdf2_sha256"].replace("salt", salt))

    @pytest.mark.parametrize("kind", UNUSABLE)
    def test_import_rejects_unusable_hashes(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        with pytest.raises(InvalidInput):
            hasher.parse_existing(UNUSABLE[kind])

    @pytest.mark.parametrize("kind", [*UNUSABLE, *NO_HASHES, None])
    async def test_wrong_password_and_unknown_user_cost_one_hash(
        self, pool: HashingPool, kind: str | None
    ) -> None:
        hasher = CountingHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)
        known = a_password_hash(UNUSABLE.get(kind, kind)) if kind is not None else None
        for each in (await hasher.hash(a_password("right")), known):
            hasher.computed.clear()
            with pytest.raises(InvalidCredentials):
                await hasher.verify_and_update(a_password("wrong"), each)
            assert hasher.computed == {("argon2-ID-64-3-1", "wrong"): 1}

    async def test_check_capacity_fails_when_the_pool_is_full(
        self, pool: HashingPool, hasher: Argon2PasswordHasher
    ) -> None:
        hasher.check_capacity()
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(MIN_QUEUE_LENGTH)]
        await asyncio.sleep(0)
        with pytest.raises(HashingOverloaded):
            hasher.check_capacity()
        release.set()
        await asyncio.gather(*waiting)

    async def test_stronger_hash_is_kept(self, hasher: Argon2PasswordHasher) -> None:
        stronger = a_password_hash(argon2.PasswordHasher(time_cost=4, memory_cost=128).hash("sntsh"))
        assert await hasher.verify_and_update(a_password("sntsh"), stronger) == stronger

    async def test_bcrypt_ignores_bytes_after_72(self, hasher: Argon2PasswordHasher) -> None:
        known = a_password_hash(bcrypted(b"p" * 72))
        assert (await hasher.verify_and_update(a_password("p" * 80), known)).encoded.startswith("$argon2id$")


class TestHashingPool:
    @pytest.fixture
    async def blocked(self, pool: HashingPool) -> AsyncIterator[threading.Event]:
        """An event; until it is set, the queue of the pool is full."""
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(MIN_QUEUE_LENGTH)]
        await asyncio.sleep(0)
        yield release
        release.set()
        await asyncio.gather(*waiting)

    async def test_work_runs_in_its_own_threads(self, pool: HashingPool) -> None:
        names = await asyncio.gather(*(pool.run(lambda: threading.current_thread().name) for _ in range(8)))
        assert {name.rpartition("_")[0] for name in names} == {"hashing"}

    async def test_parallelism_is_the_number_of_threads(self, pool: HashingPool) -> None:
        busy: list[int] = []
        most = 0
        together = threading.Barrier(
            2, timeout=60
        )  # seconds, for what takes none where there are two threads

        def work() -> None:
            nonlocal most
            busy.append(1)
            most = max(most, len(busy))
            together.wait()
            busy.pop()
            together.wait()  # or the next may begin before the other has ended

        await asyncio.gather(*(pool.run(work) for _ in range(20)))
        assert most == 2

    async def test_full_queue_is_rejected_at_once(self, pool: HashingPool, blocked: threading.Event) -> None:
        assert not blocked.is_set()
        with pytest.raises(HashingOverloaded):
            pool.check_capacity()
        with pytest.raises(HashingOverloaded):
            await pool.run(int)

    @pytest.mark.parametrize(
        ("seconds_each", "admitted", "retry_after"),
        [(0.01, 200, 1), (0.1, MIN_QUEUE_LENGTH, 4), (0.2, MIN_QUEUE_LENGTH, 7), (3, MIN_QUEUE_LENGTH, 96)],
    )
    async def test_queue_length_and_retry_after(
        self, seconds_each: float, admitted: int, retry_after: int
    ) -> None:
        pool = HashingPool(threads=2, clock=itertools.count(0, seconds_each).__next__)
        await pool.run(int)
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(admitted - 1)]
        await asyncio.sleep(0)
        pool.check_capacity()
        waiting.append(asyncio.create_task(pool.run(release.wait)))
        await asyncio.sleep(0)
        with pytest.raises(HashingOverloaded) as refusal:
            pool.check_capacity()
        assert refusal.value.retry_after == retry_after
        release.set()
        await asyncio.gather(*waiting)
        pool.close()

    async def test_queue_accepts_work_again(self, pool: HashingPool, blocked: threading.Event) -> None:
        blocked.set()
        while True:
            try:
                assert await pool.run(int) == 0
                break
            except HashingOverloaded:
                await asyncio.sleep(0)

    async def test_cancel_pending_drops_queued_work(self, pool: HashingPool) -> None:
        begun, release = threading.Semaphore(0), threading.Event()
        done: list[int] = []

        def work(number: int) -> None:
            begun.release()
            release.wait()
            done.append(number)

        async def twice(number: int) -> None:
            await pool.run(lambda: work(number))
            await pool.run(lambda: work(number))

        tasks = [asyncio.create_task(twice(number)) for number in range(MIN_QUEUE_LENGTH)]
        for _ in range(2):
            await asyncio.to_thread(begun.acquire)
        for task in tasks:
            pool.cancel_pending(task)
        await asyncio.gather(*tasks[2:], return_exceptions=True)
        pool.check_capacity()
        release.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() for task in tasks)
        assert sorted(done) == [0, 1]

    async def test_errors_reach_the_caller(self, pool: HashingPool) -> None:
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 / 0)
