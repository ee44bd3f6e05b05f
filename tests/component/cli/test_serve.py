"""``fastauth serve`` that cannot begin."""

import socket
from pathlib import Path

import pytest
from tests.harness.in_process import Runner

from fastauth.entrypoints.cli import app


class TestAddress:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_port_in_use_is_one_line(
        self, host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            monkeypatch.setenv("FASTAUTH_HOST", host)
            monkeypatch.setenv("FASTAUTH_PORT", str(port))
            result = Runner().invoke(app, ["serve"])
        assert result.exit_code == 1
        assert result.stderr == (
            f"fastauth: cannot listen at {host}:{port} (Address already in use);"
            " set FASTAUTH_PORT or FASTAUTH_HOST\n"
        )

    def test_address_of_another_machine_is_reported(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_MODE", "development")
        monkeypatch.setenv("FASTAUTH_HOST", "192.0.2.1")
        result = Runner().invoke(app, ["serve"])
        assert result.exit_code == 1
        assert "cannot listen at 192.0.2.1:8000 (Cannot assign requested address)" in result.stderr
