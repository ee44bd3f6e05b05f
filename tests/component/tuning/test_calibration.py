"""Parameters of Argon2 for a wanted time, on machines whose speed is known."""

import pytest
from tests.fakes import FakePasswordHasher
from tests.harness.in_process import Runner

from fastauth.adapters.passwords import HashingPool
from fastauth.entrypoints.cli import app
from fastauth.entrypoints.tuning import owasp
from fastauth.entrypoints.tuning.calibration import (
    Measure,
    MeasuredParameters,
    argon2id_on,
    candidates,
    is_within,
    recommend,
)
from fastauth.entrypoints.tuning.hash_benchmark import HashingSpeed, hashing_speed
from fastauth.entrypoints.tuning.machine import Machine

GIB = 1024 * 1024  # in KiB
run = Runner().invoke


def a_machine(kib_per_second: float) -> Measure:
    async def measure(memory_kib: int, time_cost: int) -> HashingSpeed:
        seconds = memory_kib * time_cost / kib_per_second
        return HashingSpeed(seconds=9, core_seconds=seconds, per_second=2 / seconds)

    return measure


async def found(
    measure: Measure, *, seconds: float = 0.05, memory_kib: int = GIB, threads: int = 2
) -> list[MeasuredParameters]:
    return [
        each async for each in candidates(measure, seconds=seconds, memory_kib=memory_kib, threads=threads)
    ]


class TestCandidates:
    async def test_take_the_target_time(self) -> None:
        for each in await found(a_machine(2_000_000)):
            assert each.speed.core_seconds == pytest.approx(0.05, rel=0.1)

    async def test_one_per_number_of_passes(self) -> None:
        assert [each.time_cost for each in await found(a_machine(2_000_000))] == [1, 2, 3, 4, 5]

    async def test_not_below_owasp_minimum(self) -> None:
        slow = await found(a_machine(100_000))
        assert {each.time_cost: each.memory_kib for each in slow} == owasp.MINIMUM_PARAMETERS

    @pytest.mark.parametrize("memory_kib", [30_000, 100_000, 200_000])
    async def test_within_available_memory(self, memory_kib: int) -> None:
        found_there = await found(a_machine(50_000_000), memory_kib=memory_kib)
        assert found_there
        assert all(2 * each.memory_kib <= memory_kib for each in found_there)

    async def test_none_if_no_minimum_fits(self) -> None:
        assert await found(a_machine(2_000_000), memory_kib=2 * 7_167) == []


def a_candidate(memory_kib: int, time_cost: int, seconds: float) -> MeasuredParameters:
    speed = HashingSpeed(seconds=9, core_seconds=seconds, per_second=1)  # another process was busy
    return MeasuredParameters(memory_kib=memory_kib, time_cost=time_cost, speed=speed)


class TestRecommendation:
    def test_most_expensive_for_attacker_within_target(self) -> None:
        cheap, dear = a_candidate(20_000, 2, 0.04), a_candidate(21_000, 2, 0.05)
        late = a_candidate(90_000, 2, 0.09)
        assert recommend([cheap, dear, late], seconds=0.05) is dear

    def test_fastest_if_none_is_within_target(self) -> None:
        one, other = a_candidate(47_104, 1, 0.4), a_candidate(19_456, 2, 0.3)
        assert recommend([one, other], seconds=0.05) is other
        assert not is_within(other, seconds=0.05)


class TestHashingSpeed:
    async def test_single_and_parallel(self) -> None:
        hasher = FakePasswordHasher()
        speed = await hashing_speed(hasher, threads=3)
        assert hasher.hashed == 5 + 2 * 3
        assert speed.seconds > 0
        assert speed.per_second > 0
        assert speed.core_seconds >= 0

    async def test_measures_argon2id(self) -> None:
        pool = HashingPool(threads=1)
        assert (await argon2id_on(pool, threads=1)(64, 1)).seconds > 0
        pool.close()


class TestCalibrate:
    def test_too_small_limit_is_named(self) -> None:
        result = run(app, ["calibrate", "--memory-limit", "1"])
        assert result.exit_code == 1
        assert "--memory-limit" in result.output

    @pytest.mark.parametrize("milliseconds", ["0", "1001"])
    def test_invalid_time_is_rejected(self, milliseconds: str) -> None:
        assert run(app, ["calibrate", "--milliseconds", milliseconds]).exit_code == 2

    def test_production_accepts_printed_settings(self) -> None:
        limit = 8 * Machine.detect().usable_cores
        output = run(app, ["calibrate", "--milliseconds", "1", "--memory-limit", str(limit)]).stdout
        names, values = zip(*(line.split("=") for line in output.splitlines()), strict=True)
        assert [name.removeprefix("FASTAUTH_ARGON2_") for name in names] == [
            "MEMORY_KIB",
            "TIME_COST",
            "PARALLELISM",
        ]
        memory, passes, lanes = map(int, values)
        assert owasp.is_strong_enough(memory, passes)
        assert lanes == 1
