"""Checks of the settings and of the password policy."""

from secrets import token_urlsafe

import pytest
from sqlalchemy import make_url
from tests.container_pool import a_container

from fastauth.entrypoints.doctor import Finding, Level
from fastauth.entrypoints.doctor.passwords import password_policy
from fastauth.entrypoints.doctor.settings import mode, production_rules
from fastauth.entrypoints.production import RULES
from fastauth.entrypoints.settings import Mode, Settings

SECRET = f"canary-5f2e{token_urlsafe(32)}"


def settings(**changes: object) -> Settings:
    quick: dict[str, object] = {"argon2_memory_kib": 64, "argon2_time_cost": 1, "secret_key": SECRET}
    return Settings(**{**quick, **changes})  # type: ignore[arg-type]  # pydantic takes them


def found(findings: list[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


class TestSettingsChecks:
    async def test_mode_is_reported(self) -> None:
        for chosen, level in {Mode.PRODUCTION: Level.OK, Mode.DEVELOPMENT: Level.WARN}.items():
            (finding,) = await mode(a_container(settings=settings(mode=chosen)))
            assert finding.level is level

    async def test_exposed_service_without_mode_fails(self) -> None:
        (finding,) = await mode(a_container(settings=settings(host="192.0.2.1")))
        assert (finding.level, finding.remedy) == (Level.FAIL, "FASTAUTH_MODE")

    async def test_production_rules_are_checked_in_both_modes(self) -> None:
        weak = settings(secret_key=None, workers=2, database_url=make_url("sqlite://"), issuer="https://A.b")
        findings = {each.subject: each for each in await production_rules(a_container(settings=weak))}
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
    async def test_trusted_proxies_are_checked(self, changes: dict[str, object], level: str) -> None:
        assert found(await production_rules(a_container(settings=settings(**changes))))["proxies"] == level


class TestPasswordPolicyCheck:
    @pytest.mark.parametrize(("least", "level"), [(7, "fail"), (8, "warn"), (14, "warn"), (15, "ok")])
    async def test_length_is_compared_with_standards(self, least: int, level: str) -> None:
        container = a_container(settings=settings(password_min_length=least, password_blocklist=True))
        levels = found(await password_policy(container))
        assert (levels["password length"], levels["blocklist"]) == (level, "ok")
