"""``fastauth users reset-second-factor`` and ``keys reseal``, on SQLite."""

import asyncio
from pathlib import Path

import pytest
from tests.component.settings.production_settings import FIT
from tests.container_pool import a_container
from tests.harness.in_process import Runner
from typer.testing import Result

from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.totp import TOTP_PURPOSE, Step
from fastauth.entrypoints.cli import app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down


def run(*arguments: str, stdin: str | None = None) -> Result:
    return Runner().invoke(app, [*arguments], input=stdin)


async def enrol(secret: str) -> None:
    container = a_container(settings=Settings.load())
    sealed, now = container.secret_box().seal(secret, purpose=TOTP_PURPOSE), container.clock().now()
    assert await container.second_factors().enrol(UserId(1), sealed=sealed, now=now)
    assert await container.second_factors().confirm(UserId(1), sealed=sealed, step=Step(1), now=now)
    assert await container.second_factors().require(UserId(1), now=now)
    await shut_down(container)


async def secret() -> str | None:
    container = a_container(settings=Settings.load())
    totp = await container.second_factors().find(UserId(1))
    await shut_down(container)
    return container.secret_box().open(totp.sealed, purpose=TOTP_PURPOSE) if totp else None


def test_secret_is_resealed_and_reset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = FIT["secret_key"], FIT["secret_key"][::-1]
    monkeypatch.setenv("FASTAUTH_SECRET_KEY", old)
    assert run("migrate").exit_code == 0
    assert run("users", "create", "ann", "--stdin", stdin="a long password\n").exit_code == 0
    asyncio.run(enrol("JBSWY3DPEHPK3PXP"))
    monkeypatch.setenv("FASTAUTH_SECRET_KEY", new)
    monkeypatch.setenv("FASTAUTH_SECRET_KEY_PREVIOUS", old)
    resealed = run("keys", "reseal")
    (row,) = [line for line in resealed.output.splitlines() if "totp.sealed" in line]
    assert [cell.strip() for cell in row.split("│")[1:4]] == ["totp.sealed", "1", "0"]
    monkeypatch.delenv("FASTAUTH_SECRET_KEY_PREVIOUS")
    assert asyncio.run(secret()) == "JBSWY3DPEHPK3PXP"
    reset = run("users", "reset-second-factor", "Ann")
    assert (reset.exit_code, reset.output) == (0, "ann logs in by password alone, all sessions are revoked\n")
    assert asyncio.run(secret()) is None
    assert run("users", "reset-second-factor", "nobody").output == "fastauth: No such user\n"
