from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fastauth.entrypoints.secret_keys import secret_keys
from fastauth.entrypoints.settings import Settings, SettingsError

CANARY = "canary-5f2e"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory without ``.env``, and an environment without settings."""
    import os  # noqa: PLC0415

    for name in [name for name in os.environ if name.upper().startswith("FASTAUTH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestSettings:
    def test_have_defaults(self) -> None:
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

    def test_are_strict_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_MODE", "production")
        settings = Settings.load()
        assert (settings.password_min_length, settings.password_blocklist, settings.docs) == (8, True, False)
        assert settings.relaxed == []

    def test_say_what_development_relaxes(self) -> None:
        assert Settings.load().relaxed == [
            "passwords from 1 character",
            "no password blocklist",
            "no limits on guessing",
            "/docs is open",
        ]

    def test_come_from_the_environment_first_then_the_file_then_the_secrets(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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
    def test_refuse_a_name_they_do_not_know(
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

    def test_pass_over_what_belongs_to_the_tests(self, monkeypatch: pytest.MonkeyPatch) -> None:
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
        ],
    )
    def test_name_what_is_malformed_and_never_its_value(
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
    def test_choose_the_driver(self, monkeypatch: pytest.MonkeyPatch, url: str, driver: str) -> None:
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", url)
        assert Settings.load().database_url.drivername == driver

    def test_do_not_show_the_database_password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", f"postgresql://u:{CANARY}@h/d?password={CANARY}")
        assert CANARY not in repr(Settings.load())

    def test_do_not_show_the_secret_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", CANARY * 4)
        assert CANARY not in repr(Settings.load())

    @pytest.mark.parametrize(
        "issuer", ["https://auth.example.com", "http://localhost:8000", "https://a.example/b"]
    )
    def test_take_an_issuer(self, monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
        assert Settings.load().issuer_url == "http://127.0.0.1:8000"
        monkeypatch.setenv("FASTAUTH_ISSUER", issuer)
        assert Settings.load().issuer_url == issuer


class TestSecretKeys:
    def test_are_those_given_the_newest_first(self) -> None:
        settings = Settings(secret_key="n" * 32, secret_key_previous="o" * 32)  # type: ignore[arg-type]
        assert [key.material for key in secret_keys(settings)] == [b"n" * 32, b"o" * 32]

    def test_are_made_beside_a_sqlite_file_for_its_owner_alone(self, elsewhere: Path) -> None:
        with ThreadPoolExecutor(8) as threads:
            found = {key for keys in threads.map(secret_keys, [Settings()] * 8) for key in keys}
        assert len(found) == 1
        assert {path.name for path in elsewhere.iterdir()} == {"fastauth.db.secret-key"}
        assert (elsewhere / "fastauth.db.secret-key").stat().st_mode & 0o777 == 0o600

    def test_differ_from_one_installation_to_the_next(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """R46 (CVE-2019-13177 (django-rest-registration); CWE-798): all installations sign with one key."""
        here = secret_keys(Settings())
        (elsewhere / "there").mkdir()
        monkeypatch.chdir(elsewhere / "there")
        assert secret_keys(Settings()) != here
