"""The settings of these tests: none from outside."""

import os
from functools import cache
from pathlib import Path

import pytest

from fastauth.adapters.passwords import common_passwords
from fastauth.entrypoints.production import database_password

common_passwords_once = cache(common_passwords)


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the common passwords once. The service does so once, too; these tests check a hundred settings."""
    monkeypatch.setattr(database_password, "common_passwords", common_passwords_once)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty directory, remove all settings from the environment; return the directory."""
    for name in [name for name in os.environ if name.upper().startswith("FASTAUTH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
