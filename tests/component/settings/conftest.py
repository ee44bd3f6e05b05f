"""The settings of these tests: none from outside."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty directory, remove all settings from the environment; return the directory."""
    for name in [name for name in os.environ if name.upper().startswith("FASTAUTH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
