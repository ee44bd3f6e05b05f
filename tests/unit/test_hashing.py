"""Argon2id and the threads it runs on."""

import asyncio
import hashlib
import itertools
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator

import argon2
import bcrypt
import pytest
from argon2 import extract_parameters
from tests.builders import a_password, a_password_hash
from tests.contracts.password_hasher import NO_HASHES, PasswordHasherContract

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.adapters.passwords.pool import ALWAYS_ADMITTED
from fastauth.domain.errors import HashingOverloaded, InvalidCredentials, InvalidInput


@pytest.fixture
def pool() -> Iterator[HashingPool]:
    pool = HashingPool(threads=2)
    yield pool
    pool.close()


class TestArgon2PasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self, pool: HashingPool) -> Argon2PasswordHasher:
        return Argon2PasswordHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)

    async def test_uses_the_parameters_it_was_given(self, hasher: Argon2PasswordHasher) -> None:
        parameters = extract_parameters((await hasher.hash(a_password())).encoded)
        assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (64, 3, 1)
        assert (parameters.salt_len, parameters.hash_len, parameters.type.name) == (16, 32, "ID")

    async def test_recognises_its_own_hashes_however_dear(self, pool: HashingPool) -> None:
        hasher = Argon2PasswordHasher(pool=pool, memory_kib=512, time_cost=1, parallelism=64)
        hashed = await hasher.hash(a_password())
        assert await hasher.verify(a_password(), hashed) == hashed


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
    "a scheme nobody knows": "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
    "Django's mark for no password": "!x7y",
}


class CountingHasher(Argon2PasswordHasher):
    """Counts what it computes: of a hash that is none, or costs too much, there is nothing to compute."""

    computed = 0

    def _fits(self, password: str, encoded: str) -> bool | None:
        fits = super()._fits(password, encoded)
        self.computed += fits is not None
        return fits


class TestVerification:
    @pytest.fixture
    def hasher(self, pool: HashingPool) -> Argon2PasswordHasher:
        return Argon2PasswordHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)

    @pytest.mark.parametrize("kind", FOREIGN)
    async def test_replaces_what_others_hashed(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        kept = await hasher.verify(a_password("sntsh"), a_password_hash(FOREIGN[kind]))
        parameters = extract_parameters(kept.encoded)
        assert (parameters.memory_cost, parameters.time_cost, parameters.type.name) == (64, 3, "ID")
        assert await hasher.verify(a_password("sntsh"), kept) == kept

    @pytest.mark.parametrize("kind", FOREIGN)
    async def test_tells_other_passwords_apart(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        with pytest.raises(InvalidCredentials):
            await hasher.verify(a_password("sntsH"), a_password_hash(FOREIGN[kind]))

    @pytest.mark.parametrize("kind", UNUSABLE)
    async def test_fits_nothing_to_what_is_no_hash_or_costs_too_much(
        self, hasher: Argon2PasswordHasher, kind: str
    ) -> None:
        with pytest.raises(InvalidCredentials):
            await hasher.verify(a_password("sntsh"), a_password_hash(UNUSABLE[kind]))

    @pytest.mark.parametrize("kind", FOREIGN)
    def test_recognises_what_others_hashed(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        assert hasher.recognise(FOREIGN[kind]) == a_password_hash(FOREIGN[kind])

    @pytest.mark.parametrize("salt", ["sa\0lt", "\ud800", "sält", "sa\nlt"])
    def test_does_not_recognise_what_could_not_be_stored_or_shown(
        self, hasher: Argon2PasswordHasher, salt: str
    ) -> None:
        with pytest.raises(InvalidInput):
            hasher.recognise(FOREIGN["Django's pbkdf2_sha256"].replace("salt", salt))

    @pytest.mark.parametrize("kind", UNUSABLE)
    def test_does_not_recognise_what_nothing_fits(self, hasher: Argon2PasswordHasher, kind: str) -> None:
        with pytest.raises(InvalidInput):
            hasher.recognise(UNUSABLE[kind])

    @pytest.mark.parametrize("kind", [*UNUSABLE, *NO_HASHES, None])
    async def test_computes_one_hash_whether_a_password_is_wrong_or_there_is_no_hash_to_compute(
        self, pool: HashingPool, kind: str | None
    ) -> None:
        hasher = CountingHasher(pool=pool, memory_kib=64, time_cost=3, parallelism=1)
        known = a_password_hash(UNUSABLE.get(kind, kind)) if kind is not None else None
        for each in (await hasher.hash(a_password("right")), known):
            hasher.computed = 0
            with pytest.raises(InvalidCredentials):
                await hasher.verify(a_password("wrong"), each)
            assert hasher.computed == 1

    async def test_admits_no_more_than_its_pool_does(
        self, pool: HashingPool, hasher: Argon2PasswordHasher
    ) -> None:
        hasher.admit()
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(ALWAYS_ADMITTED)]
        await asyncio.sleep(0)
        with pytest.raises(HashingOverloaded):
            hasher.admit()
        release.set()
        await asyncio.gather(*waiting)

    async def test_keeps_a_hash_that_is_stronger(self, hasher: Argon2PasswordHasher) -> None:
        stronger = a_password_hash(argon2.PasswordHasher(time_cost=4, memory_cost=128).hash("sntsh"))
        assert await hasher.verify(a_password("sntsh"), stronger) == stronger

    async def test_reads_72_bytes_for_bcrypt_as_whoever_hashed_it_did(
        self, hasher: Argon2PasswordHasher
    ) -> None:
        known = a_password_hash(bcrypted(b"p" * 72))
        assert (await hasher.verify(a_password("p" * 80), known)).encoded.startswith("$argon2id$")


class TestHashingPool:
    @pytest.fixture
    async def blocked(self, pool: HashingPool) -> AsyncIterator[threading.Event]:
        """A pool in which every place is taken until the event is set."""
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(ALWAYS_ADMITTED)]
        await asyncio.sleep(0)
        yield release
        release.set()
        await asyncio.gather(*waiting)

    async def test_works_beside_the_event_loop_and_not_in_anybody_elses_threads(
        self, pool: HashingPool
    ) -> None:
        names = await asyncio.gather(*(pool.run(lambda: threading.current_thread().name) for _ in range(8)))
        assert {name.rpartition("_")[0] for name in names} == {"hashing"}

    async def test_does_no_more_at_a_time_than_it_has_threads(self, pool: HashingPool) -> None:
        busy: list[int] = []
        most = 0

        def work() -> None:
            nonlocal most
            busy.append(1)
            most = max(most, len(busy))
            threading.Event().wait(0.002)
            busy.pop()

        await asyncio.gather(*(pool.run(work) for _ in range(20)))
        assert most == 2

    async def test_refuses_at_once_what_could_not_be_done_in_time(
        self, pool: HashingPool, blocked: threading.Event
    ) -> None:
        assert not blocked.is_set()
        with pytest.raises(HashingOverloaded):
            pool.admit()
        with pytest.raises(HashingOverloaded):
            await pool.run(int)

    @pytest.mark.parametrize(
        ("seconds_each", "admitted", "retry_after"),
        [(0.01, 200, 1), (0.1, ALWAYS_ADMITTED, 4), (0.2, ALWAYS_ADMITTED, 7), (3, ALWAYS_ADMITTED, 96)],
    )
    async def test_admits_a_second_of_work_or_a_burst_and_says_when_that_will_be_done(
        self, seconds_each: float, admitted: int, retry_after: int
    ) -> None:
        pool = HashingPool(threads=2, clock=itertools.count(0, seconds_each).__next__)
        await pool.run(int)
        release = threading.Event()
        waiting = [asyncio.create_task(pool.run(release.wait)) for _ in range(admitted - 1)]
        await asyncio.sleep(0)
        pool.admit()
        waiting.append(asyncio.create_task(pool.run(release.wait)))
        await asyncio.sleep(0)
        with pytest.raises(HashingOverloaded) as refusal:
            pool.admit()
        assert refusal.value.retry_after == retry_after
        release.set()
        await asyncio.gather(*waiting)
        pool.close()

    async def test_admits_again_once_there_is_room(self, pool: HashingPool, blocked: threading.Event) -> None:
        blocked.set()
        while True:
            try:
                assert await pool.run(int) == 0
                break
            except HashingOverloaded:
                await asyncio.sleep(0)

    async def test_drops_what_has_yet_to_begin_for_a_task_that_is_given_up(self, pool: HashingPool) -> None:
        begun, release = threading.Semaphore(0), threading.Event()
        done: list[int] = []

        def work(number: int) -> None:
            begun.release()
            release.wait()
            done.append(number)

        async def twice(number: int) -> None:
            await pool.run(lambda: work(number))
            await pool.run(lambda: work(number))

        tasks = [asyncio.create_task(twice(number)) for number in range(ALWAYS_ADMITTED)]
        for _ in range(2):
            await asyncio.to_thread(begun.acquire)
        for task in tasks:
            pool.give_up(task)
        await asyncio.gather(*tasks[2:], return_exceptions=True)
        pool.admit()
        release.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.cancelled() for task in tasks)
        assert sorted(done) == [0, 1]

    async def test_passes_errors_on(self, pool: HashingPool) -> None:
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 / 0)
