import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.harness.in_process import Runner

from fastauth.entrypoints.cli import app

run = Runner().invoke


HELP = """
import atexit, json, os, sys

def report():
    print()
    print(json.dumps([os.umask(0), [*sys.modules]]))

os.umask(0)
sys.argv = ["fastauth", "--help"]
atexit.register(report)

from fastauth.entrypoints.cli import main

main()
"""


class Ended(NamedTuple):
    """What ``fastauth --help`` printed, its mask of new files and the modules that it had imported."""

    output: str
    mask: int
    modules: set[str]


class TestHelp:
    @pytest.fixture(scope="module")
    @staticmethod
    def ended() -> Ended:
        """Print the help in an interpreter of its own."""
        process = subprocess.run([sys.executable, "-c", HELP], check=True, capture_output=True, text=True)
        *lines, last = process.stdout.splitlines()
        mask, modules = json.loads(last)
        return Ended("\n".join(lines), mask, {*modules})

    def test_files_are_private(self, ended: Ended) -> None:
        assert ended.mask == 0o077

    def test_names_commands(self, ended: Ended) -> None:
        for command in ("serve", "migrate"):
            assert command in ended.output

    def test_imports_no_service(self, ended: Ended) -> None:
        assert "fastauth.entrypoints.cli" in ended.modules
        assert {"fastapi", "alembic", "uvicorn", "dependency_injector"} & ended.modules == set()


class TestCommand:
    def test_missing_tables_refer_to_migrate(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        result = run(app, ["keys", "list"])
        assert result.exit_code == 1
        assert result.output == "fastauth: the database schema is behind; run: fastauth migrate\n"

    @pytest.mark.parametrize("command", ["serve", "migrate"])
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("FASTAUTH_PROT", "canary"),
            ("FASTAUTH_PORT", "canary"),
            ("FASTAUTH_DATABASE_URL", "sqlite:////none/canary.db"),
            ("FASTAUTH_DATABASE_URL", "sqlite:///canary.db"),
            ("FASTAUTH_DATABASE_URL", "postgresql://canary:canary@127.0.0.1:1/canary"),
        ],
    )
    def test_invalid_setting_is_one_line(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, name: str, value: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(name, value)
        (tmp_path / "canary.db").write_text("no database")
        result = run(app, [command])
        lines = [line for line in result.output.splitlines() if not line.startswith("fastauth: development")]
        assert result.exit_code == 1
        assert len(lines) == 1
        assert name in lines[0]
        assert "canary" not in result.output


class TestAudit:
    @pytest.fixture(autouse=True)
    def a_key_was_rotated(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        for command in (["migrate"], ["keys", "rotate"]):
            assert run(app, command).exit_code == 0

    def test_json_lines(self) -> None:
        (line,) = run(app, ["audit", "--json"]).stdout.splitlines()
        entry = json.loads(line)
        assert (entry["type"], entry["actor"], entry["address"]) == ("signing_key_rotated", "operator", None)

    def test_filters(self) -> None:
        for *arguments, number in (
            ("--since", "30m", 1),
            ("--since", "2026-01-01T00:00:00+02:00", 1),
            ("--since", "9999-12-31", 0),
            ("--until", "30m", 0),
            ("--until", "9999-12-31T23:59", 1),
            ("--type", "user_created", 0),
            ("--user", "nobody", 0),
        ):
            result = run(app, ["audit", "--json", *map(str, arguments)])
            assert (result.exit_code, len(result.stdout.splitlines())) == (0, number), arguments
        result = run(app, ["audit", "--user", "nobody"])
        assert (result.stdout, result.stderr) == ("", "fastauth: no events match\n")

    def test_invalid_option_is_named(self) -> None:
        for option, value in (
            ("--since", "yesterday"),
            ("--since", "1y"),
            ("--until", "999999w"),
            ("--until", "0001-01-01T00:00+02:00"),
            ("--limit", "0"),
            ("--type", "x"),
        ):
            result = run(app, ["audit", option, value])
            assert result.exit_code == 2, value
            assert option in result.output

    def test_unknown_type_refers_to_the_list(self) -> None:
        output = run(app, ["audit", "--type", "login_fail"]).output
        assert "must be a type of event, such as login_failed" in output
        assert "Value error" not in output


class TestKeys:
    def test_key_id_may_look_like_an_option(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """One in 64 begins with a hyphen: it is a hash in base64url."""
        monkeypatch.chdir(tmp_path)
        assert run(app, ["migrate"]).exit_code == 0
        for kid in ("-_Xf-n6MGpZIqra", "--Xf-n6MGpZIqra", "-help"):
            result = run(app, ["keys", "revoke", kid])
            assert (result.exit_code, result.output) == (1, "fastauth: No such signing key\n"), kid
