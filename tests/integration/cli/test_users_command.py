"""``fastauth users``, as an operator types it."""

import json
import os
import pty
import re
from datetime import datetime
from pathlib import Path
from select import select
from typing import Any

import pytest
from tests.harness.commands import execute, fastauth, rows, start, use
from tests.harness.service import DEADLINE
from tests.harness.tables import row

FORGERY = "\x1b[2J\nevil │ \u202e[red]"


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> str:
    use(monkeypatch, tmp_path, database_url)
    return database_url


@pytest.fixture
def ann(migrated: str) -> str:
    insertion = "INSERT INTO user_info (username, username_key, password, fullname)"
    execute(migrated, insertion + " VALUES ('ann', 'ann', '!', 'Ann Lee')")
    return "ann"


def shown(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(fastauth("users", "show", name, "--json").stdout)
    return record


class TestCreate:
    def test_creates_an_account(self, migrated: str) -> None:
        assert migrated
        result = fastauth("users", "create", "ann", "--fullname", "Ann Lee", "--stdin", typed="sntsh\n")
        assert result.exit_code == 0
        assert shown("ann") == {
            "id": 1, "username": "ann", "fullname": "Ann Lee", "disabled_at": None, "sessions": [],
            "email": None, "pending_email": None, "locale": None, "has_password": True, "passkeys": 0,
            "totp_since": None, "recovery_codes": 0,
        }  # fmt: skip

    def test_full_name_defaults_to_username(self, migrated: str) -> None:
        fastauth("users", "create", "bob", "--stdin", typed="sntsh")
        assert shown("bob")["fullname"] == "bob"

    def test_invalid_input_is_one_line(self, ann: str) -> None:
        assert ann
        for name, typed, said in (
            ("Ann", "sntsh", "fastauth: Username already registered"),
            ("san tosh", "sntsh", "fastauth: username: Must not contain spaces."),
            ("bob", "", "fastauth: password: Must not be empty."),
            ("bob", "canary" * 1_000, "fastauth: password: standard input has more than 4096 bytes"),
        ):
            with row(said):
                result = fastauth("users", "create", name, "--stdin", typed=typed)
                assert (result.exit_code, result.output) == (1, f"{said}\n")

    def test_password_must_be_utf_8(self, migrated: str) -> None:
        result = fastauth("users", "create", "bob", "--stdin", typed="pässwörd".encode("latin-1"))
        assert (result.exit_code, "not UTF-8" in result.output) == (1, True)
        assert rows(migrated, "SELECT * FROM user_info") == []

    def test_no_prompt_without_terminal(self, migrated: str) -> None:
        result = fastauth("users", "create", "bob", typed="sntsh\nsntsh\n")
        assert result.exit_code == 1
        assert "--stdin" in result.output


class TestPasswordPrompt:
    def test_reads_the_password_twice_without_echo(self, migrated: str, ann: str) -> None:
        ours, theirs = pty.openpty()
        terminal = os.ttyname(theirs)
        process = start("users", "set-password", ann, url=migrated, stdin=terminal, output=terminal)
        screen = b""
        for prompt in (b"Password: ", b"Repeat the password: ", b"revoked"):
            while prompt not in screen:
                assert select([ours], [], [], DEADLINE)[0], screen
                screen += os.read(ours, 1_024)
            os.write(ours, b"canary\n" if prompt != b"revoked" else b"")
        assert process.wait(DEADLINE) == 0
        os.close(theirs)
        os.close(ours)
        assert b"ann has a new password" in screen
        assert b"canary" not in screen


class TestSetPassword:
    def test_ends_sessions_and_records_event(self, migrated: str, ann: str) -> None:
        begin_session(migrated)
        assert len(shown(ann)["sessions"]) == 1
        assert fastauth("users", "set-password", "ANN", "--stdin", typed="another\r\n").exit_code == 0
        assert shown(ann)["sessions"] == []
        events = rows(migrated, "SELECT kind, session_id, actor FROM event ORDER BY id")
        assert events[-1] == ("password_changed", None, "operator")

    def test_account_without_password_gets_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database_url: str
    ) -> None:
        url = empty_database_url
        use(monkeypatch, tmp_path, url)
        columns = "id integer PRIMARY KEY, username text, password text, fullname text"
        execute(url, f"CREATE TABLE user_info ({columns})")
        execute(url, "INSERT INTO user_info (id, username) VALUES (1, 'ann')")
        fastauth("migrate")
        assert fastauth("users", "set-password", "ann", "--stdin", typed="another").exit_code == 0
        assert rows(url, "SELECT password FROM user_info")[0][0].startswith("$argon2id$")


class TestShow:
    def test_shows_sessions_without_secrets(self, migrated: str, ann: str) -> None:
        begin_session(migrated)
        (session,) = shown(ann)["sessions"]
        assert session.keys() == {"id", "created_at", "last_used_at", "refresh_expires_at", "expires_at"}
        assert datetime.fromisoformat(session["created_at"]).tzinfo
        assert "a session" in fastauth("users", "show", ann).output

    def test_shows_date_of_disabling(self, ann: str) -> None:
        assert "not disabled" in fastauth("users", "show", ann).output
        fastauth("users", "disable", ann)
        assert re.search(
            r"disabled since +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", fastauth("users", "show", ann).output
        )
        assert shown(ann)["disabled_at"]

    def test_unknown_user(self, migrated: str) -> None:
        assert migrated
        for act in ("show", "disable", "enable", "revoke-sessions"):
            with row(act):
                result = fastauth("users", act, "nobody")
                assert (result.exit_code, result.output) == (1, "fastauth: No such user\n")


class TestRevokeSessions:
    def test_prints_number(self, migrated: str, ann: str) -> None:
        begin_session(migrated)
        assert fastauth("users", "revoke-sessions", ann).output == "1 session revoked\n"
        assert fastauth("users", "revoke-sessions", ann).output == "0 sessions revoked\n"


class TestList:
    def test_json_lines(self, ann: str) -> None:
        fastauth("users", "create", "bob", "--stdin", typed="sntsh")
        fastauth("users", "disable", ann)
        for option, names in (([], ["ann", "bob"]), (["--disabled"], ["ann"]), (["--enabled"], ["bob"])):
            lines = fastauth("users", "list", "--json", *option).stdout.splitlines()
            assert [json.loads(line)["username"] for line in lines] == names

    def test_control_characters_are_escaped(self, migrated: str, ann: str) -> None:
        execute(migrated, "UPDATE user_info SET username = :name, fullname = :name", name=FORGERY)
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


def begin_session(url: str) -> None:
    execute(
        url,
        "INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at,"
        " refresh_digest, refresh_expires_at) VALUES ('a session', 1, 'a browser', '192.0.2.1',"
        " '2026-11-22', '2026-11-22', '2999-01-01', :digest, '2999-01-01')",
        digest=b"digest",
    )
