"""Settings from the environment: defaults, precedence and errors."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from fastauth.entrypoints.settings import Settings, SettingsError
from fastauth.entrypoints.settings.secret_keys import secret_keys

CANARY = "canary-5f2e"


class TestSettings:
    def test_defaults(self) -> None:
        settings = Settings.load()
        assert (settings.mode, settings.host, settings.port, settings.workers) == (
            "development",
            "127.0.0.1",
            8000,
            1,
        )
        assert settings.database_url.render_as_string() == "sqlite+aiosqlite:///fastauth.db"
        assert (settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism) == (
            19_456,
            2,
            1,
        )
        assert (settings.password_min_length, settings.password_blocklist, settings.docs) == (1, False, True)

    def test_production_defaults(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_MODE", "production")
        settings = Settings.load()
        assert (settings.password_min_length, settings.password_blocklist, settings.docs) == (8, True, False)
        assert settings.development_relaxations == []

    def test_development_relaxations(self) -> None:
        assert Settings.load().development_relaxations == [
            "passwords from 1 character",
            "no password blocklist",
            "no rate limits",
            "public /docs",
            "no second factor for administrators",
            "mails readable at /dev/inbox",
        ]

    def test_precedence(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The environment precedes `.env`, which precedes the directory of secrets."""
        secrets = elsewhere / "secrets"
        secrets.mkdir()
        for name, port in {"FASTAUTH_PORT": "1", "fastauth_workers": "1", "FASTAUTH_HOST": "one"}.items():
            (secrets / name).write_text(f"{port}\n")
        (elsewhere / ".env").write_text("FASTAUTH_PORT=2\nFASTAUTH_WORKERS=2\nOTHER=2\n")
        monkeypatch.setenv("FASTAUTH_PORT", "3")
        monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(secrets))
        settings = Settings.load()
        assert (settings.port, settings.workers, settings.host) == (3, 2, "one")

    @pytest.mark.parametrize("name", ["FASTAUTH_PROT", "FASTAUTH_", "fastauth_mod", "FASTAUTH_DATABASE"])
    @pytest.mark.parametrize("where", ["environment", "file", "secrets"])
    def test_rejects_unknown_names(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, name: str, where: str
    ) -> None:
        match where:
            case "environment":
                monkeypatch.setenv(name, CANARY)
            case "file":
                (elsewhere / ".env").write_text(f"{name}={CANARY}\n")
            case "secrets":
                (elsewhere / name).write_text(CANARY)
                monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(elsewhere))
        with pytest.raises(SettingsError, match=name) as refusal:
            Settings.load()
        assert CANARY not in str(refusal.value)

    def test_ignores_settings_of_the_tests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_TEST_ANYTHING", "1")
        assert Settings.load() == Settings()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("FASTAUTH_PORT", f"8{CANARY}"),
            ("FASTAUTH_PORT", "65536"),
            ("FASTAUTH_PORT", ""),
            ("FASTAUTH_WORKERS", "0"),
            ("FASTAUTH_MODE", f"prod{CANARY}"),
            ("FASTAUTH_DATABASE_URL", f"mysql://u:{CANARY}@h/d"),
            ("FASTAUTH_DATABASE_URL", f"postgresql+asyncpg://u:{CANARY}@h/d"),
            ("FASTAUTH_DATABASE_URL", f"postgresql://u:{CANARY}@h:port/d"),
            ("FASTAUTH_DATABASE_URL", CANARY),
            ("FASTAUTH_PASSWORD_MIN_LENGTH", "257"),
            ("FASTAUTH_ARGON2_MEMORY_KIB", "7"),
            ("FASTAUTH_DOCS", CANARY),
            ("FASTAUTH_SECRET_KEY", CANARY),
            ("FASTAUTH_SECRET_KEY_PREVIOUS", CANARY),
            ("FASTAUTH_ISSUER", f"http://{CANARY}.example"),
            ("FASTAUTH_ISSUER", f"https://example/{CANARY}/"),
            ("FASTAUTH_ISSUER", f"https://example/?{CANARY}"),
            ("FASTAUTH_SIGNING_ALGORITHM", "RS256"),
            ("FASTAUTH_ACCESS_TOKEN_SECONDS", "3601"),
            ("FASTAUTH_REFRESH_GRACE_SECONDS", "-1"),
            ("FASTAUTH_SECRETS_DIR", f"/none/{CANARY}"),
            ("FASTAUTH_ISSUER", f"https://user:{CANARY}@auth.example"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}@auth.example"),
            ("FASTAUTH_ISSUER", f"https://auth.example/a {CANARY}"),
            ("FASTAUTH_ISSUER", f"https://auth.example/\t{CANARY}"),
            ("FASTAUTH_ISSUER", f"https://auth.example\\{CANARY}"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example:99999"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example:0"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example:"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example/a/../b"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example/%2e%2E/b"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example//b"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example?"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}.example#"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}é.example"),
            ("FASTAUTH_ISSUER", f"https://[{CANARY}]"),
            ("FASTAUTH_ISSUER", f"https://{CANARY}..example"),
            ("FASTAUTH_ISSUER", f"https:{CANARY}"),
            ("FASTAUTH_ISSUER", f"ftp://{CANARY}"),
            ("FASTAUTH_AUDIENCE", "  "),
            ("FASTAUTH_AUDIENCE", f"a\n{CANARY}"),
            ("FASTAUTH_HOST", ""),
            ("FASTAUTH_HOST", f"http://{CANARY}"),
            ("FASTAUTH_HOST", f"{CANARY}:8000"),
            ("FASTAUTH_HOST", "0"),
            ("FASTAUTH_HOST", "127.1"),
            ("FASTAUTH_METRICS_HOST", "*"),
            ("FASTAUTH_DATABASE_URL", f"postgresql://u:{CANARY}\n@h/d"),
            ("FASTAUTH_SECRET_KEY", f"{CANARY}{CANARY}{CANARY}\udcff"),
        ],
    )
    def test_error_names_setting_without_value(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError, match=name) as refusal:
            Settings.load()
        assert CANARY not in str(refusal.value)
        assert "\n" not in str(refusal.value)

    @pytest.mark.parametrize(
        ("url", "driver"),
        [
            ("postgresql://u:p@h/d", "postgresql+psycopg"),
            ("postgres://u:p@h/d?sslmode=require", "postgresql+psycopg"),
            ("postgresql+psycopg://u@/d?host=/tmp", "postgresql+psycopg"),
            ("sqlite:////var/lib/a.db", "sqlite+aiosqlite"),
            ("sqlite://", "sqlite+aiosqlite"),
        ],
    )
    def test_driver_follows_url(self, monkeypatch: pytest.MonkeyPatch, url: str, driver: str) -> None:
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", url)
        assert Settings.load().database_url.drivername == driver

    def test_repr_hides_database_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", f"postgresql://u:{CANARY}@h/d?password={CANARY}")
        assert CANARY not in repr(Settings.load())

    def test_repr_hides_secret_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", CANARY * 4)
        assert CANARY not in repr(Settings.load())

    @pytest.mark.parametrize(
        "issuer",
        [
            "https://auth.example.com",
            "https://a.example/b",
            "https://a.example:8443/%20b",
            "https://[2001:db8::1]:8443",
            "https://xn--bcher-kva.example",
            "http://localhost:8000",
            "http://[::1]:8000",
            "http://fastauth:8000",
            "http://host.docker.internal:8000",
            "http://fastauth.default.svc.cluster.local",
            "http://192.168.1.2:8000",
        ],
    )
    def test_accepts_issuers(self, monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
        assert Settings.load().issuer_url == "http://127.0.0.1:8000"
        monkeypatch.setenv("FASTAUTH_ISSUER", issuer)
        assert Settings.load().issuer_url == issuer

    @pytest.mark.parametrize(
        ("host", "issuer"),
        [
            ("::1", "http://[::1]:8000"),
            ("[::1]", "http://[::1]:8000"),
            ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104  the setting
            ("::", "http://[::1]:8000"),
            ("::ffff:0.0.0.0", "http://127.0.0.1:8000"),
            ("2001:db8::1", "http://[2001:db8::1]:8000"),
            ("fastauth", "http://fastauth:8000"),
        ],
    )
    def test_default_issuer_follows_host(
        self, monkeypatch: pytest.MonkeyPatch, host: str, issuer: str
    ) -> None:
        monkeypatch.setenv("FASTAUTH_HOST", host)
        assert Settings.load().issuer_url == issuer

    def test_strips_white_space(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        given = {
            "MODE": "production\n",
            "ISSUER": "\t https://auth.example\r\n",
            "PORT": " 9000 ",
            "SECRET_KEY": f" {CANARY * 4}\n",
            "DATABASE_URL": "sqlite:///a.db\n",
            "TRUSTED_PROXIES": " ",
            "SECRETS_DIR": f"{elsewhere}\n",
        }
        for name, value in given.items():
            monkeypatch.setenv(f"FASTAUTH_{name}", value)
        settings = Settings.load()
        assert (settings.mode, settings.issuer, settings.port) == ("production", "https://auth.example", 9000)
        assert settings.rate_limits
        assert secret_keys(settings)[0].material == (CANARY * 4).encode()
        assert settings.database_url.database == "a.db"

    def test_secret_with_several_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", f"{CANARY * 4}\n{CANARY}\n")
        assert secret_keys(Settings.load())[0].material == f"{CANARY * 4}\n{CANARY}".encode()

    def test_error_lists_everything(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (elsewhere / ".env").write_text("FASTAUTH_PROT=1\nFASTAUTH_WORKERS=0\n")
        monkeypatch.setenv("FASTAUTH_PORT", "-1")
        monkeypatch.setenv("FASTAUTH_HTTP", "1")
        with pytest.raises(SettingsError) as refusal:
            Settings.load()
        message = str(refusal.value)
        assert all(f"FASTAUTH_{name}" in message for name in ("PROT", "WORKERS", "PORT", "HTTP"))

    def test_ipv4_mapped_networks(self) -> None:
        assert Settings(trusted_proxies="::ffff:10.0.0.0/104").trusted_proxies == (  # type: ignore[arg-type]  # as of the environment
            ip_network("10.0.0.0/8"),
        )
