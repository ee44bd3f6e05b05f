"""``fastauth users``, as an operator types it."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from tests.integration.service import QUICK_HASH, environment
from typer.testing import CliRunner, Result

from fastauth.entrypoints.cli import app

Command = Callable[..., Result]
FORGERY = "\x1b[2J\nevil │ \u202e[red]"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database_url: str) -> str:
    monkeypatch.chdir(tmp_path)
    for name, value in (QUICK_HASH | {"FASTAUTH_DATABASE_URL": empty_database_url}).items():
        monkeypatch.setenv(name, value)
    return empty_database_url


def command(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


@pytest.fixture
def fastauth(settings: str) -> Command:
    assert settings
    assert command("migrate").exit_code == 0
    return command


@pytest.fixture
def ann(fastauth: Command) -> str:
    assert (
        fastauth("users", "create", "ann", "--fullname", "Ann Lee", "--stdin", typed="sntsh\n").exit_code == 0
    )
    return "ann"


def shown(fastauth: Command, name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(fastauth("users", "show", name, "--json").stdout)
    return record


class TestCreate:
    def test_makes_an_account(self, fastauth: Command, ann: str) -> None:
        assert shown(fastauth, ann) == {
            "id": 1, "username": "ann", "fullname": "Ann Lee", "disabled_at": None, "sessions": [],
        }  # fmt: skip

    def test_calls_people_by_their_username_if_nothing_else_is_known(self, fastauth: Command) -> None:
        fastauth("users", "create", "bob", "--stdin", typed="sntsh")
        assert shown(fastauth, "bob")["fullname"] == "bob"

    @pytest.mark.parametrize(
        ("name", "typed", "said"),
        [
            ("Ann", "sntsh", "fastauth: Username already registered"),
            ("san tosh", "sntsh", "fastauth: username: Must not contain spaces."),
            ("bob", "", "fastauth: password: Must not be empty."),
            ("bob", "canary" * 1_000, "fastauth: password: there is too much on standard input"),
        ],
    )
    def test_says_what_is_wrong_in_one_line(
        self, fastauth: Command, ann: str, name: str, typed: str, said: str
    ) -> None:
        assert ann
        result = fastauth("users", "create", name, "--stdin", typed=typed)
        assert (result.exit_code, result.output) == (1, f"{said}\n")

    def test_wants_utf_8(self, fastauth: Command) -> None:
        result = CliRunner(charset="latin-1").invoke(
            app, ["users", "create", "bob", "--stdin"], input="pässwörd"
        )
        assert fastauth("users", "list").output == ""
        assert (result.exit_code, "not UTF-8" in result.output) == (1, True)

    def test_asks_nobody_where_there_is_no_terminal(self, fastauth: Command) -> None:
        result = fastauth("users", "create", "bob", typed="sntsh\nsntsh\n")
        assert result.exit_code == 1
        assert "--stdin" in result.output


class TestTerminal:
    def test_is_asked_twice_and_shows_nothing_of_it(self, ann: str, settings: str) -> None:
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "fastauth", "users", "set-password", ann],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environment(settings), start_new_session=True,
        ) as process:  # fmt: skip
            os.close(theirs)
            screen = b""
            for prompt in (b"Password: ", b"Once more: ", b"ended"):
                while prompt not in screen:
                    screen += os.read(ours, 1_024)
                os.write(ours, b"canary\n" if prompt != b"ended" else b"")
            assert process.wait(30) == 0
        os.close(ours)
        assert b"ann has a new password" in screen
        assert b"canary" not in screen


class TestSetPassword:
    def test_ends_sessions_and_is_an_event(self, fastauth: Command, ann: str, settings: str) -> None:
        begin_session(settings)
        assert len(shown(fastauth, ann)["sessions"]) == 1
        assert fastauth("users", "set-password", "ANN", "--stdin", typed="another\r\n").exit_code == 0
        assert shown(fastauth, ann)["sessions"] == []
        assert rows(settings, "SELECT kind, session_id FROM event") == [("password_changed", None)]

    def test_gives_one_to_an_adopted_account_that_had_none(self, settings: str) -> None:
        columns = "id integer PRIMARY KEY, username text, password text, fullname text"
        execute(settings, f"CREATE TABLE user_info ({columns})")
        execute(settings, "INSERT INTO user_info (id, username) VALUES (1, 'ann')")
        command("migrate")
        assert command("users", "set-password", "ann", "--stdin", typed="another").exit_code == 0
        assert rows(settings, "SELECT password FROM user_info")[0][0].startswith("$argon2id$")


class TestShow:
    def test_shows_sessions_and_nothing_secret_of_them(
        self, fastauth: Command, ann: str, settings: str
    ) -> None:
        begin_session(settings)
        (session,) = shown(fastauth, ann)["sessions"]
        assert session.keys() == {"id", "created_at", "last_used_at", "refresh_expires_at", "expires_at"}
        assert datetime.fromisoformat(session["created_at"]).tzinfo
        assert "a session" in fastauth("users", "show", ann).output

    def test_says_since_when_an_account_is_disabled(self, fastauth: Command, ann: str) -> None:
        assert "not disabled" in fastauth("users", "show", ann).output
        fastauth("users", "disable", ann)
        assert re.search(
            r"disabled since +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", fastauth("users", "show", ann).output
        )
        assert shown(fastauth, ann)["disabled_at"]

    @pytest.mark.parametrize("act", ["show", "disable", "enable", "end-sessions"])
    def test_knows_nobody_of_another_name(self, fastauth: Command, act: str) -> None:
        result = fastauth("users", act, "nobody")
        assert (result.exit_code, result.output) == (1, "fastauth: No such user\n")


class TestEndSessions:
    def test_says_how_many(self, fastauth: Command, ann: str, settings: str) -> None:
        begin_session(settings)
        assert fastauth("users", "end-sessions", ann).output == "1 session has ended\n"
        assert fastauth("users", "end-sessions", ann).output == "0 sessions have ended\n"


class TestList:
    def test_prints_a_line_of_json_for_each(self, fastauth: Command, ann: str) -> None:
        fastauth("users", "create", "bob", "--stdin", typed="sntsh")
        fastauth("users", "disable", ann)
        for option, names in (([], ["ann", "bob"]), (["--disabled"], ["ann"]), (["--enabled"], ["bob"])):
            lines = fastauth("users", "list", "--json", *option).stdout.splitlines()
            assert [json.loads(line)["username"] for line in lines] == names

    def test_is_forged_by_no_name(self, fastauth: Command, ann: str, settings: str) -> None:
        execute(settings, "UPDATE user_info SET username = :name, fullname = :name", name=FORGERY)
        for command in (
            ["list"],
            ["list", "--json"],
            ["show", ann],
            ["show", ann, "--json"],
            ["disable", ann],
        ):
            output = fastauth("users", *command).output
            assert not {"\x1b", "\u202e"} & set(output)
            assert not any(line.startswith("evil") for line in output.splitlines())
            assert "[red]" in output


def execute(url: str, statement: str, **values: object) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


def begin_session(url: str) -> None:
    execute(
        url,
        "INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at,"
        " refresh_digest, refresh_expires_at) VALUES ('a session', 1, 'a browser', '192.0.2.1',"
        " '2026-11-22', '2026-11-22', '2999-01-01', :digest, '2999-01-01')",
        digest=b"digest",
    )
