"""Settings in `.env` and in the directory of secrets."""

from pathlib import Path

import pytest

from fastauth.entrypoints.settings import Settings, SettingsError

CANARY = "canary-5f2e"


class TestSettingsFiles:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("FASTAUTH_PORT=1\n".encode("utf-16"), ".env line 1 is not UTF-8"),
            ("FASTAUTH_PORT=1\n".encode("utf-16-le"), ".env line 1 is not UTF-8"),
            ("A=1\n# Zoë\n".encode("latin-1"), ".env line 2 is not UTF-8"),
            (b"A=1\n\nFASTAUTH_PORT\n", ".env line 3 is not NAME=value"),
            (b"FASTAUTH_PORT=1\n\n  FASTAUTH_HOST='canary-5f2e\n", ".env line 3 is not NAME=value"),
            (b"A=1\n=canary-5f2e\nB=1\n", ".env line 2 is not NAME=value"),
            (b"A=" + b"x" * 70_000, ".env is longer than 65536 bytes"),
        ],
    )
    def test_error_names_the_line(self, elsewhere: Path, content: bytes, message: str) -> None:
        (elsewhere / ".env").write_bytes(content)
        with pytest.raises(SettingsError, match=message) as refusal:
            Settings.load()
        assert CANARY not in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_byte_order_mark(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (elsewhere / ".env").write_bytes("FASTAUTH_PORT=9\r\nFASTAUTH_WORKERS=2\r\n".encode("utf-8-sig"))
        (elsewhere / "FASTAUTH_HOST").write_bytes("localhost\r\n".encode("utf-8-sig"))
        monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(elsewhere))
        settings = Settings.load()
        assert (settings.port, settings.workers, settings.host) == (9, 2, "localhost")

    @pytest.mark.parametrize("content", [CANARY.encode("utf-16"), f"{CANARY}é".encode("latin-1"), None])
    def test_error_names_the_secret_file(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
    ) -> None:
        secret = elsewhere / "FASTAUTH_SECRET_KEY"
        if content is None:
            secret.mkdir()
        else:
            secret.write_bytes(content)
        monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(elsewhere))
        with pytest.raises(
            SettingsError, match="the file FASTAUTH_SECRET_KEY of the secrets directory"
        ) as refusal:
            Settings.load()
        assert CANARY not in str(refusal.value)

    def test_unreadable_file(self, elsewhere: Path) -> None:
        (elsewhere / ".env").symlink_to(".env")  # as an account that may not read it: root reads everything
        with pytest.raises(SettingsError, match=r"\.env cannot be read \(OSError\)"):
            Settings.load()

    def test_directory_is_ignored(self, elsewhere: Path) -> None:
        (elsewhere / ".env").mkdir()
        assert Settings.load() == Settings()
