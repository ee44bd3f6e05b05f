"""Secret keys: from the settings, or from a file beside the database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.secret_keys import secret_keys


class TestSecretKeys:
    def test_newest_first(self) -> None:
        settings = Settings(secret_key="n" * 32, secret_key_previous="o" * 32)  # type: ignore[arg-type]  # as of the environment
        assert [key.material for key in secret_keys(settings)] == [b"n" * 32, b"o" * 32]

    def test_created_beside_sqlite_file(self, elsewhere: Path) -> None:
        with ThreadPoolExecutor(8) as threads:
            found = {key for keys in threads.map(secret_keys, [Settings()] * 8) for key in keys}
        assert len(found) == 1
        assert {path.name for path in elsewhere.iterdir()} == {"fastauth.db.secret-key"}
        assert (elsewhere / "fastauth.db.secret-key").stat().st_mode & 0o777 == 0o600

    def test_unique_per_installation(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """R46 (CVE-2019-13177 (django-rest-registration); CWE-798): all installations sign with one key."""
        here = secret_keys(Settings())
        (elsewhere / "there").mkdir()
        monkeypatch.chdir(elsewhere / "there")
        assert secret_keys(Settings()) != here
