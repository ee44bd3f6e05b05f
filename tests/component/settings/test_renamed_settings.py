"""Old names of settings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fastauth.entrypoints.settings import Settings, SettingsError
from fastauth.entrypoints.settings.renamed import RENAMED

CANARY = "canary-5f2e"


class TestRenamedSettings:
    """Names from before 0.2: they are not accepted, and the error message has the new name."""

    @pytest.mark.parametrize("where", ["environment", "file", "secrets"])
    @pytest.mark.parametrize("spelling", [str.upper, str.lower])
    def test_old_name_stops_the_start(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, where: str, spelling: Callable[[str], str]
    ) -> None:
        name = spelling("FASTAUTH_LIMITS")
        match where:
            case "environment":
                monkeypatch.setenv(name, CANARY)
            case "file":
                (elsewhere / ".env").write_text(f"{name}={CANARY}\n")
            case _:
                (elsewhere / name).write_text(CANARY)
                monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(elsewhere))
        with pytest.raises(SettingsError) as refused:
            Settings.load()
        assert str(refused.value) == f"{name} is now FASTAUTH_RATE_LIMITS"

    def test_every_old_name_has_a_setting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for old, new in RENAMED.items():
            assert old.removeprefix("FASTAUTH_").lower() not in Settings.model_fields
            assert new.removeprefix("FASTAUTH_").lower() in Settings.model_fields
            monkeypatch.setenv(old, "1")
        with pytest.raises(SettingsError) as refused:
            Settings.load()
        assert str(refused.value).split("; ") == [f"{old} is now {RENAMED[old]}" for old in sorted(RENAMED)]
