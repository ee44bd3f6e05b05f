import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fastauth.entrypoints.cli import app

run = CliRunner().invoke


class TestCommand:
    def test_explains_itself(self) -> None:
        output = run(app, ["--help"]).output
        for command in ("serve", "migrate"):
            assert command in output

    def test_explains_itself_without_loading_the_service(self) -> None:
        code = (
            "import sys, fastauth.entrypoints.cli;"
            "sys.exit(bool({'fastapi', 'alembic', 'uvicorn', 'dependency_injector'} & set(sys.modules)))"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_asks_for_a_migration_where_there_are_no_tables(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
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
    def test_stops_with_one_line_that_names_the_setting(
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
