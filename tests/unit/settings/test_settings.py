from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from typing import ClassVar

import pytest

from fastauth.entrypoints.production import warnings
from fastauth.entrypoints.settings import Settings, SettingsError
from fastauth.entrypoints.settings.renamed import RENAMED
from fastauth.entrypoints.settings.secret_keys import secret_keys

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
        assert settings.development_relaxations == []

    def test_say_what_development_relaxes(self) -> None:
        assert Settings.load().development_relaxations == [
            "passwords from 1 character",
            "no password blocklist",
            "no rate limits",
            "public /docs",
            "mails readable at /dev/inbox",
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
    def test_take_an_issuer(self, monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
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
    def test_make_an_issuer_that_can_be_reached(
        self, monkeypatch: pytest.MonkeyPatch, host: str, issuer: str
    ) -> None:
        monkeypatch.setenv("FASTAUTH_HOST", host)
        assert Settings.load().issuer_url == issuer

    def test_are_without_the_white_space_around_them(
        self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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

    def test_take_a_secret_of_several_lines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", f"{CANARY * 4}\n{CANARY}\n")
        assert secret_keys(Settings.load())[0].material == f"{CANARY * 4}\n{CANARY}".encode()

    def test_tell_everything_at_once(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (elsewhere / ".env").write_text("FASTAUTH_PROT=1\nFASTAUTH_WORKERS=0\n")
        monkeypatch.setenv("FASTAUTH_PORT", "-1")
        monkeypatch.setenv("FASTAUTH_HTTP", "1")
        with pytest.raises(SettingsError) as refusal:
            Settings.load()
        told = str(refusal.value)
        assert all(f"FASTAUTH_{name}" in told for name in ("PROT", "WORKERS", "PORT", "HTTP"))

    def test_take_mapped_networks_for_those_of_ipv4(self) -> None:
        assert Settings(trusted_proxies="::ffff:10.0.0.0/104").trusted_proxies == (  # type: ignore[arg-type]
            ip_network("10.0.0.0/8"),
        )


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


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "told"),
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
    def test_that_cannot_be_understood_are_named_with_the_line(
        self, elsewhere: Path, content: bytes, told: str
    ) -> None:
        (elsewhere / ".env").write_bytes(content)
        with pytest.raises(SettingsError, match=told) as refusal:
            Settings.load()
        assert CANARY not in str(refusal.value)
        assert "\n" not in str(refusal.value)

    def test_may_have_a_byte_order_mark(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (elsewhere / ".env").write_bytes("FASTAUTH_PORT=9\r\nFASTAUTH_WORKERS=2\r\n".encode("utf-8-sig"))
        (elsewhere / "FASTAUTH_HOST").write_bytes("localhost\r\n".encode("utf-8-sig"))
        monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(elsewhere))
        settings = Settings.load()
        assert (settings.port, settings.workers, settings.host) == (9, 2, "localhost")

    @pytest.mark.parametrize("content", [CANARY.encode("utf-16"), f"{CANARY}é".encode("latin-1"), None])
    def test_of_secrets_are_named(
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
        ) as told:
            Settings.load()
        assert CANARY not in str(told.value)

    def test_that_cannot_be_opened_are_named(self, elsewhere: Path) -> None:
        (elsewhere / ".env").symlink_to(".env")  # as an account that may not read it: root reads everything
        with pytest.raises(SettingsError, match=r"\.env cannot be read \(OSError\)"):
            Settings.load()

    def test_may_be_a_directory_of_that_name(self, elsewhere: Path) -> None:
        (elsewhere / ".env").mkdir()
        assert Settings.load() == Settings()


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

    def test_are_passed_over_and_told(self, elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    def test_are_told_by_their_values(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError, match=f"{name} is not a setting"):
            Settings.load()


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
