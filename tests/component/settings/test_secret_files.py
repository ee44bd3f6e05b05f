"""Permissions of files with secrets, and variables of Kubernetes."""

from pathlib import Path
from secrets import token_urlsafe

import pytest
from tests.component.settings.production_settings import FIT, in_production

from fastauth.entrypoints.production import (
    production_errors,
    warnings,
)
from fastauth.entrypoints.settings import Settings


class TestFiles:
    @pytest.fixture(autouse=True)
    def production(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(tmp_path))
        for name in ("MODE", "ISSUER", "TRUSTED_PROXIES"):
            monkeypatch.setenv(f"FASTAUTH_{name}", FIT[name.lower()])

    @pytest.mark.parametrize(
        ("name", "mode", "is_refused"),
        [
            *(("FASTAUTH_SECRET_KEY", 0o666, True), ("FASTAUTH_SECRET_KEY", 0o644, True)),
            *(("FASTAUTH_SECRET_KEY", 0o620, True), ("FASTAUTH_SECRET_KEY", 0o440, False)),
            *((".env", 0o644, True), (".env", 0o602, True), (".env", 0o600, False)),
        ],
    )
    def test_readable_secret_file_is_refused(
        self, tmp_path: Path, name: str, mode: int, *, is_refused: bool
    ) -> None:
        prefix = "FASTAUTH_SECRET_KEY=" if name == ".env" else ""
        (tmp_path / name).write_text(f"{prefix}{FIT['secret_key']}\n")
        (tmp_path / name).chmod(mode)
        found = production_errors(Settings.load())
        assert [name in refusal for refusal in found] == [True] * is_refused

    def test_readable_file_without_secrets_is_accepted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", FIT["secret_key"])
        (tmp_path / ".env").write_text("FASTAUTH_PORT=9\n")
        for mode, number in {0o644: 0, 0o666: 1}.items():
            (tmp_path / ".env").chmod(mode)
            assert len(production_errors(Settings.load())) == number

    def test_readable_tls_key_is_refused(self, tmp_path: Path) -> None:
        key = tmp_path / "key.pem"
        key.write_bytes(b"")
        for mode, is_refused in {0o600: False, 0o640: False, 0o644: True, 0o620: True}.items():
            key.chmod(mode)
            found = production_errors(in_production().model_copy(update={"tls_key": key}))
            assert ["FASTAUTH_TLS_KEY" in refusal for refusal in found] == [True] * is_refused

    def test_readable_sqlite_file_is_warned_of(self, tmp_path: Path) -> None:
        settings = in_production(database_url=f"sqlite:///{tmp_path}/a.db")
        for name in ("a.db", "a.db-wal", "a.db.secret-key"):
            (tmp_path / name).write_bytes(b"")
            for mode in (0o600, 0o640):
                (tmp_path / name).chmod(mode)
                assert warnings(settings) == []
            for mode in (0o644, 0o620):
                (tmp_path / name).chmod(mode)
                (warning,) = warnings(settings)
                assert name in warning
            (tmp_path / name).unlink()

    def test_kubernetes_service_links_are_warned_of(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "FASTAUTH_SECRET_KEY").write_text(f"{FIT['secret_key']}\n")
        (tmp_path / "FASTAUTH_SECRET_KEY").chmod(0o600)
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", FIT["secret_key"])
        assert warnings(Settings.load()) == []
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", other := token_urlsafe(32))
        (warning,) = warnings(Settings.load())
        assert "FASTAUTH_SECRET_KEY" in warning
        assert other not in warning
