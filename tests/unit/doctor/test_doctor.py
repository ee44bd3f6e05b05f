"""The review of a deployment, check by check."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy import make_url
from tests.fakes import FakeClock, FakePasswordHasher, FakeSigningKeyRepository, FakeStorage
from typer.testing import CliRunner

from fastauth.adapters.passwords import active_build, fastest_build
from fastauth.adapters.sql import ServerState
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.passwords.password import PasswordHash
from fastauth.entrypoints.cli import app
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor import CHECKS, Finding, Level, exit_status, run_checks, worst
from fastauth.entrypoints.doctor.database import clock as clock_check
from fastauth.entrypoints.doctor.database import database, database_server
from fastauth.entrypoints.doctor.hashing import MIB, hashing
from fastauth.entrypoints.doctor.hashing import evaluate as judged_speed
from fastauth.entrypoints.doctor.keys import signing_keys
from fastauth.entrypoints.doctor.passwords import password_policy
from fastauth.entrypoints.doctor.settings import mode, production_rules
from fastauth.entrypoints.doctor.stored_hashes import stored_hashes
from fastauth.entrypoints.doctor.user_enumeration import (
    MAX_SAMPLES,
    MIN_SAMPLES,
    evaluate,
    sample_size,
    user_enumeration,
)
from fastauth.entrypoints.production import RULES
from fastauth.entrypoints.production.server import SERVER_RULES
from fastauth.entrypoints.settings import Mode, Settings
from fastauth.entrypoints.startup import migrate_database, shut_down
from fastauth.entrypoints.tuning.hash_benchmark import HashingSpeed
from fastauth.entrypoints.tuning.machine import Machine

SECRET = f"canary-5f2e{token_urlsafe(32)}"
NOWHERE = make_url("postgresql+psycopg://fastauth:canary-5f2e@127.0.0.1:1/fastauth")
LARGE = Machine(cores=2, cpu_limit=None, memory=8 * 1024 * MIB, memory_limit=None)

run = CliRunner().invoke


def settings(**changes: object) -> Settings:
    quick: dict[str, object] = {"argon2_memory_kib": 64, "argon2_time_cost": 1, "secret_key": SECRET}
    return Settings(**{**quick, **changes})  # type: ignore[arg-type]  # pydantic takes them


def found(findings: list[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


class TestExamine:
    async def test_looks_at_everything_that_an_installation_has(self, tmp_path: Path) -> None:
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        container = Container(settings=settings(database_url=url))
        await migrate_database(container)
        await container.rotate_keys()()
        findings = await run_checks(container)
        await shut_down(container)
        assert found(findings) == {
            "mode": "warn",
            "secret key": "ok",
            "files of secrets": "ok",
            "database file": "ok",
            "sources": "ok",
            "service links": "ok",
            "database password": "ok",
            "database role": "ok",
            "database TLS": "ok",
            "issuer": "fail",
            "proxies": "warn",
            "metrics": "ok",
            "documentation": "warn",
            "hash strength": "fail",
            "workers": "ok",
            "storage": "ok",
            "rate limits": "fail",
            "client connections": "ok",
            "password rules": "fail",
            "times": "ok",
            "database": "ok",
            "schema": "ok",
            "clock": "ok",
            "signing key": "ok",
            "next key": "ok",
            "hash library": "ok" if active_build() == fastest_build() else "warn",
            "hash time": "ok",
            "hash rate": "ok",
            "hash memory": "ok",
            "password length": "fail",
            "blocklist": "fail",
            "other rules": "ok",
            "imported hashes": "ok",
            "user enumeration": found(findings)["user enumeration"],  # as the machine would have it
        }
        assert all(finding.remedy for finding in findings if finding.level is Level.FAIL)

    async def test_stores_nothing(self, tmp_path: Path) -> None:
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        container = Container(settings=settings(database_url=url))
        await migrate_database(container)
        await container.rotate_keys()()
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            before = list(connection.iterdump())
            await run_checks(container)
            assert list(connection.iterdump()) == before
        await shut_down(container)

    async def test_says_what_it_could_not_look_at(self) -> None:
        async def busy_day(_container: Container) -> list[Finding]:
            raise HashingOverloaded

        (finding,) = await run_checks(Container(settings=settings()), (busy_day,))
        assert (finding.subject, finding.level) == ("busy day", Level.WARN)

    async def test_tells_no_secret(self, caplog: pytest.LogCaptureFixture) -> None:
        container = Container(settings=settings(database_url=NOWHERE))
        findings = await run_checks(container)
        await shut_down(container)
        assert "canary-5f2e" not in str(findings) + caplog.text
        assert found(findings)["database"] is Level.FAIL


class TestSettingsChecks:
    async def test_know_the_mode(self) -> None:
        for chosen, level in {Mode.PRODUCTION: Level.OK, Mode.DEVELOPMENT: Level.WARN}.items():
            (finding,) = await mode(Container(settings=settings(mode=chosen)))
            assert finding.level is level

    async def test_fail_where_others_reach_a_mode_that_nobody_chose(self) -> None:
        (finding,) = await mode(Container(settings=settings(host="192.0.2.1")))
        assert (finding.level, finding.remedy) == (Level.FAIL, "FASTAUTH_MODE")

    async def test_ask_for_production_in_any_mode(self) -> None:
        weak = settings(secret_key=None, workers=2, database_url=make_url("sqlite://"), issuer="https://A.b")
        findings = {each.subject: each for each in await production_rules(Container(settings=weak))}
        for rule in RULES:
            finding = findings[rule.subject]
            check, warning = rule.check(weak), rule.warning(weak)
            assert finding.level == ("fail" if check else "warn" if warning else "ok")
            assert finding.observed == (check or warning or rule.ok)
        assert {findings[each].level for each in ("secret key", "workers", "storage")} == {Level.FAIL}
        assert {findings[each].level for each in ("issuer", "proxies")} == {Level.WARN}

    @pytest.mark.parametrize(
        ("changes", "level"),
        [
            ({}, "warn"),
            ({"host": "localhost"}, "warn"),
            ({"host": "192.0.2.1"}, "ok"),
            ({"host": "fastauth"}, "ok"),
            ({"trusted_proxies": "127.0.0.1"}, "ok"),
            ({"trusted_proxies": "127.0.0.1, 0.0.0.0/0"}, "fail"),
            ({"trusted_proxies": "::/0"}, "fail"),
        ],
    )
    async def test_look_at_whose_word_is_taken(self, changes: dict[str, object], level: str) -> None:
        assert found(await production_rules(Container(settings=settings(**changes))))["proxies"] == level


class Elsewhere:
    """A database whose clock goes wrong."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    async def now(self) -> datetime:
        return self._now


class TestDatabaseChecks:
    async def test_miss_a_migration(self, tmp_path: Path) -> None:
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        container = Container(settings=settings(database_url=url))
        assert found(await database(container)) == {"database": "ok", "schema": "fail"}
        await shut_down(container)

    @pytest.mark.parametrize(
        ("seconds", "level"),
        [(0, "ok"), (1, "ok"), (1.001, "warn"), (-5, "warn"), (5.001, "fail"), (-3600, "fail")],
    )
    async def test_compare_clocks(self, seconds: float, level: str) -> None:
        clock = FakeClock()
        theirs = Elsewhere(clock.now() + timedelta(seconds=seconds))
        (finding,) = await clock_check(Container(settings=settings(), clock=clock, database=theirs))
        assert finding.level == level
        assert f"{abs(seconds):.3f} s {'behind' if seconds >= 0 else 'ahead of'}" in finding.observed

    async def test_grant_what_the_question_took(self) -> None:
        class Slow(FakeClock):
            def now(self) -> datetime:
                self.advance(seconds=4)
                return super().now()

        clock = Slow()
        theirs = Elsewhere(clock.now())
        (finding,) = await clock_check(Container(settings=settings(), clock=clock, database=theirs))
        assert finding.level is Level.WARN  # 6 s apart, but perhaps only 4


class Answering:
    """A database whose server says this of itself."""

    def __init__(self, server: ServerState) -> None:
        self._server = server

    async def server(self) -> ServerState:
        return self._server


class TestDatabaseServer:
    @pytest.mark.parametrize(
        ("server", "levels"),
        [
            ({"connections": 24}, {}),
            ({"connections": 23}, {"database connections": "fail"}),
            ({"connections": 23, "pooled": True}, {}),
            ({"standbys": 2, "synchronous": True}, {}),
            ({"standbys": 1}, {"replication": "warn"}),
            ({"attributes": ("SUPERUSER",)}, {"database privileges": "warn"}),
        ],
    )
    async def test_is_held_against_what_the_service_needs(
        self, server: dict[str, Any], levels: dict[str, str]
    ) -> None:
        sound = ServerState(attributes=(), connections=97, standbys=0, synchronous=False, pooled=False)
        used = settings(workers=2, database_pool_size=10)
        container = Container(settings=used, database=Answering(replace(sound, **server)))
        assert (
            found(await database_server(container)) == {rule.subject: "ok" for rule in SERVER_RULES} | levels
        )


@pytest.fixture
async def rotated() -> tuple[Container, FakeClock]:
    """A container with one signing key, and its clock."""
    keys, clock = FakeSigningKeyRepository(FakeStorage()), FakeClock()
    container = Container(settings=settings(), readiness_keys=keys, signing_keys=keys, clock=clock)
    await container.rotate_keys()()
    return container, clock


class TestKeyChecks:
    async def test_tell_the_age_of_the_key_and_when_the_next_is_due(
        self, rotated: tuple[Container, FakeClock]
    ) -> None:
        container, clock = rotated
        clock.advance(days=3)
        signing, successor = await signing_keys(container)
        assert (signing.level, successor.level) == (Level.OK, Level.OK)
        assert "since 3 days" in signing.observed
        assert "2027-02-20" in successor.observed

    async def test_tell_of_the_key_to_come(self, rotated: tuple[Container, FakeClock]) -> None:
        container, _ = rotated
        await container.rotate_keys()(early=True)
        _, successor = await signing_keys(container)
        assert successor.observed == "number 2, signs from 2026-11-22 12:05Z"

    async def test_see_that_nobody_rotates(self, rotated: tuple[Container, FakeClock]) -> None:
        container, clock = rotated
        clock.advance(days=91)
        assert found(await signing_keys(container)) == {"signing key": "ok", "next key": "warn"}

    async def test_miss_a_key(self) -> None:
        container = Container(settings=settings(), readiness_keys=FakeSigningKeyRepository())
        assert found(await signing_keys(container)) == {"signing key": "fail"}

    @pytest.mark.parametrize(
        ("previous", "level"), [(None, "fail"), (SECRET, "warn")], ids=["none", "previous"]
    )
    async def test_miss_the_secret_that_opens_it(
        self, rotated: tuple[Container, FakeClock], previous: str | None, level: str
    ) -> None:
        container, clock = rotated
        changed = settings(secret_key="another secret key, of 32 bytes too", secret_key_previous=previous)
        other = Container(settings=changed, readiness_keys=container.readiness_keys(), clock=clock)
        assert found(await signing_keys(other))["signing key"] == level


def on(machine: Machine, **changes: object) -> Container:
    return Container(settings=settings(**changes), hasher=FakePasswordHasher(), machine=machine)


QUICK = HashingSpeed(seconds=0.02, per_second=90, core_seconds=0.02)


class TestHashingCheck:
    async def test_measures_the_hasher_of_the_service(self) -> None:
        container = on(LARGE)
        assert set(found(await hashing(container)).values()) == {Level.OK}

    def test_says_what_the_machine_allows(self) -> None:
        time, rate, memory = judged_speed(on(LARGE, argon2_memory_kib=19_456), QUICK, 80 * MIB)
        assert time.observed == "20 ms for one"
        assert rate.observed == "about 90 log-ins and registrations a second, 2 in parallel"
        assert memory.observed == (
            "38 MiB for 2 in parallel and 80 for the service, of 8192 MiB, without a limit"
        )

    @pytest.mark.parametrize(("limit", "level"), [(679, "fail"), (680, "warn"), (849, "warn"), (850, "ok")])
    def test_sets_memory_against_the_limit(self, limit: int, level: str) -> None:
        small = Machine(cores=2, cpu_limit=None, memory=LARGE.memory, memory_limit=limit * MIB)
        findings = judged_speed(on(small, argon2_memory_kib=300 * 1024), QUICK, 80 * MIB)
        assert found(findings)["hash memory"] == level

    def test_counts_every_worker(self) -> None:
        _, rate, memory = judged_speed(on(LARGE, workers=2, argon2_memory_kib=10_240), QUICK, 80 * MIB)
        assert rate.observed.startswith("about 180 ")
        assert memory.observed.startswith("20 MiB for 2 in parallel and 160 for the service")

    def test_sees_that_threads_share_less_than_a_core_each(self) -> None:
        half = Machine(cores=8, cpu_limit=0.5, memory=LARGE.memory, memory_limit=None)
        container = on(half)
        assert container.hashing_threads() == 1
        _, rate, _ = judged_speed(container, QUICK, 80 * MIB)
        assert (rate.level, rate.observed) == (
            Level.WARN,
            "about 25 a second: a CPU limit of 0.5 cores for 1 in parallel",
        )

    def test_warns_of_a_hash_that_takes_a_second(self) -> None:
        slow = HashingSpeed(seconds=1.0, core_seconds=1.0, per_second=2)
        time, *_ = judged_speed(on(LARGE), slow, 80 * MIB)
        assert time.level is Level.WARN


class TestPasswordPolicyCheck:
    @pytest.mark.parametrize(("least", "level"), [(7, "fail"), (8, "warn"), (14, "warn"), (15, "ok")])
    async def test_compares_the_length_with_the_standards(self, least: int, level: str) -> None:
        container = Container(settings=settings(password_min_length=least, password_blocklist=True))
        levels = found(await password_policy(container))
        assert (levels["password length"], levels["blocklist"]) == (level, "ok")


class Stored:
    """A census of hashes that are given."""

    def __init__(self, **hashes: int) -> None:
        self.hashes = hashes

    async def examples(self) -> dict[PasswordHash, int]:
        return {PasswordHash(encoded): number for encoded, number in self.hashes.items()}


class TestStoredHashesCheck:
    async def test_counts_what_others_made_and_what_fits_nothing(self) -> None:
        large = "$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHRzYWx0$" + "A" * 43
        own = large.replace("1048576", "64")
        weak = f"pbkdf2_sha256$1$salt${'A' * 43}="
        census = Stored(**{"": 1, "!": 2, large: 3, own: 4, weak: 5, f"$2b$04${'.' * 53}": 6})
        small = Machine(cores=1, cpu_limit=1, memory=384 * MIB, memory_limit=384 * MIB)
        container = Container(settings=settings(), machine=small, hash_kinds=census)
        findings = {finding.subject: finding for finding in await stored_hashes(container)}
        assert {subject: finding.level for subject, finding in findings.items()} == {
            "unusable hashes": "warn", "weak hashes": "warn", "imported hashes": "ok",
        }  # fmt: skip
        assert findings["unusable hashes"].observed.startswith("6 ")
        assert findings["weak hashes"].observed.startswith("5 ")
        assert findings["imported hashes"].observed.startswith("11 ")

    async def test_warns_where_the_time_of_a_refusal_tells(self) -> None:
        census = Stored(**{f"$2b$04${'.' * 53}": 6})
        changed = settings(equalize_login_timing=False)
        container = Container(settings=changed, machine=LARGE, hash_kinds=census)
        (finding,) = await stored_hashes(container)
        assert (finding.level, finding.remedy) == ("warn", "FASTAUTH_EQUALIZE_LOGIN_TIMING=true")


class TestTimingCheck:
    async def test_does_the_work_of_both_kinds_and_of_each_as_often(self) -> None:
        """How many there are of each follows the clock, and is the same for both."""
        hasher = FakePasswordHasher()
        (finding,) = await user_enumeration(Container(settings=settings(), hasher=hasher))
        number = hasher.dummies
        assert (hasher.hashed, hasher.verified) == (1, 2 * number)
        assert MIN_SAMPLES <= number <= MAX_SAMPLES
        assert f"medians of {number}" in finding.observed

    @pytest.mark.parametrize(
        ("seconds", "number"), [(1e-6, 100), (0.0075, 100), (0.01, 75), (0.05, 15), (0.075, 10), (2.0, 10)]
    )
    def test_has_a_sample_that_fits_the_time(self, seconds: float, number: int) -> None:
        assert sample_size(seconds) == number

    def test_sees_a_difference_beyond_the_noise(self) -> None:
        unknown, known = [20.0, 21.0] * 10, [25.0, 26.0] * 10
        assert evaluate(unknown, known).level is Level.WARN
        assert evaluate(unknown, unknown[::-1]).level is Level.OK

    def test_says_what_it_could_not_have_seen(self) -> None:
        finding = evaluate([1.0, 39.0] * 10, [5.0, 45.0] * 10)
        assert finding.level is Level.OK
        assert "below 28.5 ms are not detectable" in finding.observed


class TestMachine:
    def test_knows_the_limits_of_its_control_group_and_of_those_above(self, tmp_path: Path) -> None:
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

    def test_does_without_limits(self, tmp_path: Path) -> None:
        machine = Machine.detect(tmp_path)
        assert (machine.cpu_limit, machine.memory_limit) == (None, None)
        assert machine.usable_memory == machine.memory > 0


class TestDoctor:
    @pytest.fixture(autouse=True)
    def installation(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A database that is away: everything else is looked at all the same."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", NOWHERE.render_as_string(hide_password=False))
        monkeypatch.setenv("FASTAUTH_ARGON2_MEMORY_KIB", "64")

    def test_shows_a_table_and_fails(self) -> None:
        result = run(app, ["doctor"])
        assert result.exit_code == 1
        assert "cannot be used" in result.output
        assert "hash memory" in result.output
        assert "canary" not in result.output

    def test_speaks_json(self) -> None:
        answer = json.loads(run(app, ["doctor", "--json"]).output)
        assert answer["worst"] == "fail"
        assert {tuple(each) for each in answer["findings"]} == {("level", "subject", "observed", "remedy")}
        assert len(answer["findings"]) > len(CHECKS)

    @pytest.mark.parametrize(
        ("levels", "gravest"), [([], "ok"), (["ok", "warn", "ok"], "warn"), (["fail", "warn"], "fail")]
    )
    def test_is_as_bad_as_the_worst(self, levels: list[str], gravest: str) -> None:
        assert worst([Finding(level=Level(level), subject="", observed="") for level in levels]) == gravest

    @pytest.mark.parametrize(("level", "usually", "strictly"), [("ok", 0, 0), ("warn", 0, 1), ("fail", 1, 1)])
    def test_has_an_exit_status_for_it(self, level: str, usually: int, strictly: int) -> None:
        findings = [Finding(level=Level(level), subject="", observed="")]
        assert exit_status(findings, strict=False) == usually
        assert exit_status(findings, strict=True) == strictly
