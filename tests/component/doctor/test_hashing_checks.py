"""Checks of password hashing, stored hashes and timing differences, and the limits of the machine."""

from pathlib import Path
from secrets import token_urlsafe

import pytest
from tests.container_pool import a_container
from tests.fakes import FakePasswordHasher

from fastauth.domain.passwords.password import PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor import Finding, Level
from fastauth.entrypoints.doctor.hashing import MIB, hashing
from fastauth.entrypoints.doctor.hashing import evaluate as judged_speed
from fastauth.entrypoints.doctor.stored_hashes import stored_hashes
from fastauth.entrypoints.doctor.user_enumeration import (
    MAX_SAMPLES,
    MIN_SAMPLES,
    evaluate,
    sample_size,
    user_enumeration,
)
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.tuning.hash_benchmark import HashingSpeed
from fastauth.entrypoints.tuning.machine import Machine

SECRET = f"canary-5f2e{token_urlsafe(32)}"


LARGE = Machine(cores=2, cpu_limit=None, memory=8 * 1024 * MIB, memory_limit=None)


def settings(**changes: object) -> Settings:
    quick: dict[str, object] = {"argon2_memory_kib": 64, "argon2_time_cost": 1, "secret_key": SECRET}
    return Settings(**{**quick, **changes})  # type: ignore[arg-type]  # pydantic takes them


def found(findings: list[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


def on(machine: Machine, **changes: object) -> Container:
    return a_container(settings=settings(**changes), hasher=FakePasswordHasher(), machine=machine)


QUICK = HashingSpeed(seconds=0.02, per_second=90, core_seconds=0.02)


class TestHashingCheck:
    async def test_hasher_of_the_service_is_measured(self) -> None:
        container = on(LARGE)
        assert set(found(await hashing(container)).values()) == {Level.OK}

    def test_time_rate_and_memory_are_reported(self) -> None:
        time, rate, memory = judged_speed(on(LARGE, argon2_memory_kib=19_456), QUICK, 80 * MIB)
        assert time.observed == "20 ms for one"
        assert rate.observed == "about 90 log-ins and registrations a second, 2 in parallel"
        assert memory.observed == (
            "38 MiB for 2 in parallel and 80 for the service, of 8192 MiB, without a limit"
        )

    @pytest.mark.parametrize(("limit", "level"), [(679, "fail"), (680, "warn"), (849, "warn"), (850, "ok")])
    def test_memory_is_compared_with_the_limit(self, limit: int, level: str) -> None:
        small = Machine(cores=2, cpu_limit=None, memory=LARGE.memory, memory_limit=limit * MIB)
        findings = judged_speed(on(small, argon2_memory_kib=300 * 1024), QUICK, 80 * MIB)
        assert found(findings)["hash memory"] == level

    def test_every_worker_is_counted(self) -> None:
        _, rate, memory = judged_speed(on(LARGE, workers=2, argon2_memory_kib=10_240), QUICK, 80 * MIB)
        assert rate.observed.startswith("about 180 ")
        assert memory.observed.startswith("20 MiB for 2 in parallel and 160 for the service")

    def test_cpu_limit_below_threads_is_a_warning(self) -> None:
        half = Machine(cores=8, cpu_limit=0.5, memory=LARGE.memory, memory_limit=None)
        container = on(half)
        assert container.hashing_threads() == 1
        _, rate, _ = judged_speed(container, QUICK, 80 * MIB)
        assert (rate.level, rate.observed) == (
            Level.WARN,
            "about 25 a second: a CPU limit of 0.5 cores for 1 in parallel",
        )

    def test_hash_of_a_second_is_a_warning(self) -> None:
        slow = HashingSpeed(seconds=1.0, core_seconds=1.0, per_second=2)
        time, *_ = judged_speed(on(LARGE), slow, 80 * MIB)
        assert time.level is Level.WARN


class Stored:
    """A census of hashes that are given."""

    def __init__(self, **hashes: int) -> None:
        self.hashes = hashes

    async def examples(self) -> dict[PasswordHash, int]:
        return {PasswordHash(encoded): number for encoded, number in self.hashes.items()}


class TestStoredHashesCheck:
    async def test_imported_weak_and_unusable_hashes_are_counted(self) -> None:
        large = "$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHRzYWx0$" + "A" * 43
        own = large.replace("1048576", "64")
        weak = f"pbkdf2_sha256$1$salt${'A' * 43}="
        census = Stored(
            **{"": 1, PasswordHash.unusable().encoded: 2, large: 3, own: 4, weak: 5, f"$2b$04${'.' * 53}": 6}
        )
        small = Machine(cores=1, cpu_limit=1, memory=384 * MIB, memory_limit=384 * MIB)
        container = a_container(settings=settings(), machine=small, hash_kinds=census)
        findings = {finding.subject: finding for finding in await stored_hashes(container)}
        assert {subject: finding.level for subject, finding in findings.items()} == {
            "without password": "ok", "unusable hashes": "warn", "weak hashes": "warn",
            "imported hashes": "ok",
        }  # fmt: skip
        assert findings["without password"].observed.startswith("2 ")
        assert findings["unusable hashes"].observed.startswith("4 ")
        assert findings["weak hashes"].observed.startswith("5 ")
        assert findings["imported hashes"].observed.startswith("11 ")

    async def test_timing_difference_is_a_warning(self) -> None:
        census = Stored(**{f"$2b$04${'.' * 53}": 6})
        changed = settings(equalize_login_timing=False)
        container = a_container(settings=changed, machine=LARGE, hash_kinds=census)
        (finding,) = await stored_hashes(container)
        assert (finding.level, finding.remedy) == ("warn", "FASTAUTH_EQUALIZE_LOGIN_TIMING=true")


class TestUserEnumerationCheck:
    async def test_both_kinds_are_verified_equally_often(self) -> None:
        """How many there are of each follows the clock, and is the same for both."""
        hasher = FakePasswordHasher()
        (finding,) = await user_enumeration(a_container(settings=settings(), hasher=hasher))
        number = hasher.dummies
        assert (hasher.hashed, hasher.verified) == (1, 2 * number)
        assert MIN_SAMPLES <= number <= MAX_SAMPLES
        assert f"medians of {number}" in finding.observed

    @pytest.mark.parametrize(
        ("seconds", "number"), [(1e-6, 100), (0.0075, 100), (0.01, 75), (0.05, 15), (0.075, 10), (2.0, 10)]
    )
    def test_sample_size_fits_the_time(self, seconds: float, number: int) -> None:
        assert sample_size(seconds) == number

    def test_difference_above_noise_is_a_warning(self) -> None:
        unknown, known = [20.0, 21.0] * 10, [25.0, 26.0] * 10
        assert evaluate(unknown, known).level is Level.WARN
        assert evaluate(unknown, unknown[::-1]).level is Level.OK

    def test_detectable_difference_is_reported(self) -> None:
        finding = evaluate([1.0, 39.0] * 10, [5.0, 45.0] * 10)
        assert finding.level is Level.OK
        assert "below 28.5 ms are not detectable" in finding.observed


class TestMachine:
    def test_limits_of_parent_cgroups_apply(self, tmp_path: Path) -> None:
        group = tmp_path / "sys/fs/cgroup/pod/container"
        group.mkdir(parents=True)
        (tmp_path / "proc/self").mkdir(parents=True)
        (tmp_path / "proc/self/cgroup").write_text("1:name=systemd:/\n0::/pod/container\n")
        (group / "memory.max").write_text("max\n")
        (group / "cpu.max").write_text("150000 100000\n")
        (group.parent / "memory.max").write_text(f"{256 * MIB}\n")
        (group.parent / "cpu.max").write_text("max 100000\n")
        machine = Machine.detect(tmp_path)
        assert (machine.cpu_limit, machine.memory_limit) == (1.5, 256 * MIB)
        assert machine.usable_memory == min(machine.memory, 256 * MIB)
        assert machine.usable_cores == min(machine.cores, 2)

    def test_no_limits(self, tmp_path: Path) -> None:
        machine = Machine.detect(tmp_path)
        assert (machine.cpu_limit, machine.memory_limit) == (None, None)
        assert machine.usable_memory == machine.memory > 0
