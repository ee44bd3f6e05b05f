"""Environment variables that Kubernetes sets for services."""

from pathlib import Path
from typing import ClassVar

import pytest

from fastauth.entrypoints.production import warnings
from fastauth.entrypoints.settings import Settings, SettingsError


class TestServiceLinks:
    LINKS: ClassVar = {
        "FASTAUTH_PORT": "tcp://10.96.0.1:8000",
        "FASTAUTH_METRICS_PORT": "tcp://10.96.0.1:9000",
        "FASTAUTH_SERVICE_HOST": "10.96.0.1",
        "FASTAUTH_SERVICE_PORT": "8000",
        "FASTAUTH_SERVICE_PORT_HTTP": "8000",
        "FASTAUTH_PORT_8000_TCP": "tcp://[fd00::1]:8000",
        "FASTAUTH_PORT_8000_TCP_PROTO": "tcp",
        "FASTAUTH_PORT_8000_TCP_PORT": "8000",
        "FASTAUTH_PORT_8000_TCP_ADDR": "fd00::1",
        "FASTAUTH_DB_PORT": "tcp://10.96.0.2:5432",
        "FASTAUTH_DB_SERVICE_HOST": "10.96.0.2",
    }

    def test_ignored_with_a_warning(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Kubernetes sets variables named after a service `fastauth` in every container."""
        for name, value in self.LINKS.items():
            monkeypatch.setenv(name, value)
        (elsewhere / ".env").write_text("FASTAUTH_PORT=9\n")
        settings = Settings.load()
        assert (settings.port, settings.metrics_port) == (9, None)
        (warning,) = warnings(settings)
        assert "enableServiceLinks: false" in warning
        assert all(name in warning for name in self.LINKS)
        assert "10.96" not in warning

    @pytest.mark.parametrize(
        ("name", "value"), [("FASTAUTH_DB_PORT", "5432"), ("FASTAUTH_SERVICE_HOST", "db.example")]
    )
    def test_other_values_are_unknown_settings(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError, match=f"{name} is not a setting"):
            Settings.load()
