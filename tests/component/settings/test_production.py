"""Rules of production mode about settings and the database server."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import make_url
from tests.component.settings.production_settings import FIT, POSTGRES, in_production

from fastauth.adapters.sql import ServerState
from fastauth.entrypoints.production import (
    production_errors,
    warnings,
)
from fastauth.entrypoints.production.server import server_warnings
from fastauth.entrypoints.settings import Settings


class TestProductionErrors:
    def test_sound_settings_have_no_errors(self) -> None:
        assert production_errors(in_production()) == []

    def test_development_has_no_errors(self) -> None:
        assert production_errors(Settings(argon2_time_cost=1, workers=2)) == []

    @pytest.mark.parametrize(
        ("named", "changes"),
        {
            "FASTAUTH_SECRET_KEY is missing": {"secret_key": None},
            "FASTAUTH_SECRET_KEY is published": {
                "secret_key": "fastauth development key: everybody knows it"
            },
            "FASTAUTH_SECRET_KEY_PREVIOUS": {
                "secret_key_previous": "Fastauth development key: everybody knows it "
            },
            "FASTAUTH_ISSUER": {"issuer": ""},
            "FASTAUTH_WORKERS": {"workers": 2},
            "in-memory": {"database_url": "sqlite://"},
            "FASTAUTH_RATE_LIMITS": {"rate_limits": False},
            "FASTAUTH_RATE_LIMIT_FAILURES_PER_NETWORK": {"rate_limit_failures_per_network": 1_000_000},
            "FASTAUTH_RATE_LIMIT_KNOWN_DEVICE": {"rate_limit_known_device": 1_001},
            "FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP": {"max_pending_connections_per_ip": 100_001},
            "FASTAUTH_PASSWORD_MIN_LENGTH": {"password_min_length": 7},
            "FASTAUTH_PASSWORD_BLOCKLIST": {"password_blocklist": False},
        }.items(),
    )
    def test_errors_name_the_setting(self, named: str, changes: dict[str, object]) -> None:
        (refusal,) = production_errors(in_production(**changes))
        assert named in refusal
        assert "\n" not in refusal

    @pytest.mark.parametrize(("memory", "passes"), [(19_455, 2), (7_167, 9), (19_456, 1)])
    def test_hash_below_owasp_minimum_is_refused(self, memory: int, passes: int) -> None:
        (refusal,) = production_errors(in_production(argon2_memory_kib=memory, argon2_time_cost=passes))
        assert "FASTAUTH_ARGON2_MEMORY_KIB" in refusal

    @pytest.mark.parametrize(("memory", "passes"), [(47_104, 1), (19_456, 2), (12_288, 3), (7_168, 5)])
    def test_equally_strong_hash_is_accepted(self, memory: int, passes: int) -> None:
        assert production_errors(in_production(argon2_memory_kib=memory, argon2_time_cost=passes)) == []

    def test_postgres_accepts_several_workers(self) -> None:
        url = make_url(f"{POSTGRES}localhost/fastauth")
        assert production_errors(in_production(database_url=url, workers=2)) == []


class TestDatabaseTls:
    @pytest.mark.parametrize(
        ("rest", "expected"),
        [
            ("db.example/a", "refused"),
            ("db/a?sslmode=prefer", "refused"),
            ("db/a?sslmode=disable", "refused"),
            ("10.0.0.5/a", "refused"),
            ("[2001:db8::1]/a", "refused"),
            ("/a?host=db", "refused"),
            ("/a?host=/run/postgresql,db", "refused"),
            ("localhost/a?hostaddr=10.0.0.5", "refused"),
            ("db/a?sslmode=require", "warned"),
            ("db/a?sslmode=verify-ca", None),
            ("db/a?sslmode=verify-full", None),
            ("localhost/a", None),
            ("127.0.0.2/a", None),
            ("[::1]/a", None),
            ("/a?host=/run/postgresql", None),
            ("/a", None),
        ],
    )
    def test_remote_database_requires_tls(self, rest: str, expected: str | None) -> None:
        settings = in_production(database_url=POSTGRES + rest)
        assert [each for each in production_errors(settings) if "sslmode" not in each] == []
        assert (bool(production_errors(settings)), bool(warnings(settings))) == (
            expected == "refused",
            expected is not None,
        )

    def test_private_network_setting_allows_plaintext(self) -> None:
        settings = in_production(database_url=f"{POSTGRES}db/a", database_private_network=True)
        assert production_errors(settings) == []
        (warning,) = warnings(settings)
        assert "FASTAUTH_DATABASE_PRIVATE_NETWORK" in warning

    def test_libpq_variables_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGHOST", "db")
        assert len(production_errors(in_production(database_url=f"{POSTGRES}/a"))) == 1
        monkeypatch.setenv("PGSSLMODE", "verify-full")
        assert production_errors(in_production(database_url=f"{POSTGRES}/a")) == []


class TestTrustedProxies:
    @pytest.mark.parametrize(
        "networks",
        [
            *("0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1", "0.0.0.0/1", "::ffff:0:0/96", "::ffff:0:0/97"),
            *("::/1 8000::/1", "2000::/3", "::/80", "64:ff9b::/96", "2002::/16", "8.0.0.0/7"),
            ",".join(f"{first}.0.0.0/8" for first in range(1, 224)),
            ",".join(f"{first}.0.0.0/9" for first in range(20, 40)),
        ],
    )
    def test_too_wide_networks_are_refused(self, networks: str) -> None:
        (refusal,) = production_errors(in_production(trusted_proxies=networks))
        assert "FASTAUTH_TRUSTED_PROXIES" in refusal

    @pytest.mark.parametrize(
        "networks",
        [
            *("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16", "fc00::/7", "173.245.48.0/20, 103.21.244.0/22"),
            *("2400:cb00::/32", "::ffff:10.0.0.0/104", "17.0.0.0/8"),
        ],
    )
    def test_private_and_cdn_networks_are_accepted(self, networks: str) -> None:
        assert production_errors(in_production(trusted_proxies=networks)) == []


class TestIssuer:
    @pytest.mark.parametrize(
        "issuer",
        [
            *("http://127.0.0.1:8000", "http://localhost", "https://localhost", "https://127.0.0.1"),
            *("https://[::1]", "https://[::ffff:127.0.0.1]", "https://auth.localhost", "https://0.0.0.0"),
            *("http://fastauth:8000", "https://169.254.1.1"),
        ],
    )
    def test_local_issuer_is_refused(self, issuer: str) -> None:
        (refusal,) = production_errors(in_production(issuer=issuer))
        assert "FASTAUTH_ISSUER" in refusal

    @pytest.mark.parametrize(
        "issuer", ["HTTPS://auth.example", "https://AUTH.example/a", "https://auth.example:443"]
    )
    def test_unnormalised_issuer_is_warned_of(self, issuer: str) -> None:
        settings = in_production(issuer=issuer)
        assert production_errors(settings) == []
        (warning,) = warnings(settings)
        assert "FASTAUTH_ISSUER" in warning


class TestWarnings:
    def test_sound_settings_have_no_warnings(self) -> None:
        assert warnings(in_production()) == []

    @pytest.mark.parametrize(
        ("named", "changes"),
        {
            "FASTAUTH_SECRET_KEY_PREVIOUS": {"secret_key_previous": FIT["secret_key"]},
            "FASTAUTH_HOST": {"trusted_proxies": ""},
            "FASTAUTH_METRICS_HOST": {"metrics_host": "192.0.2.1", "metrics_port": 9000},
            "FASTAUTH_DOCS": {"docs": True},
            "FASTAUTH_SIGNING_KEY_ROTATION_DAYS": {"signing_key_rotation_days": 1e-9},
            "FASTAUTH_SESSION_IDLE_TIMEOUT_DAYS": {"session_idle_timeout_days": 0.01},
            "FASTAUTH_AUDIT_RETENTION_DAYS": {"audit_retention_days": 0.5},
            "FASTAUTH_RATE_LIMIT_LOGINS_PER_NETWORK": {"rate_limit_logins_per_network": 301},
            "FASTAUTH_BACKOFF_MAX_SECONDS": {"backoff_max_seconds": 1},
            "FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP is more": {"max_pending_connections_per_ip": 10_001},
            "FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP is below": {"max_pending_connections_per_ip": 5},
            "superuser": {"database_url": "postgresql://postgres:Zk3-w9Qx.t@localhost/a"},
        }.items(),
    )
    def test_warnings_name_the_setting(self, named: str, changes: dict[str, object]) -> None:
        settings = in_production(**changes)
        assert production_errors(settings) == []
        (warning,) = warnings(settings)
        assert named in warning
        assert "\n" not in warning


SOUND = ServerState(attributes=(), connections=97, standbys=0, synchronous=False, pooled=False)


class TestServerRules:
    @pytest.mark.parametrize(
        ("changes", "server", "expected"),
        [
            ({}, {}, []),
            ({}, {"attributes": ("SUPERUSER",)}, ["database privileges: the role has SUPERUSER:"]),
            (
                {},
                {"attributes": ("CREATEROLE", "BYPASSRLS")},
                ["database privileges: the role has CREATEROLE, B"],
            ),
            ({"workers": 8}, {}, []),
            (
                {"workers": 9},
                {},
                ["database connections: the service opens up to 108, and the server allows this role 97"],
            ),
            ({}, {"connections": 12}, []),
            ({}, {"connections": 11}, ["database connections: the service opens up to 12,"]),
            ({}, {"connections": 10, "pooled": True}, []),
            ({}, {"standbys": 2, "synchronous": True}, []),
            ({}, {"standbys": 1}, ["replication: 1 standby server, and commits do not wait"]),
            ({"database_prepared_statements": True}, {}, []),
            ({"database_prepared_statements": True}, {"pooled": True}, ["pooler: "]),
            ({"database_prepared_statements": False}, {"pooled": True}, []),
        ],
    )
    def test_server_state_is_warned_of(
        self, changes: dict[str, object], server: dict[str, Any], expected: list[str]
    ) -> None:
        warned = server_warnings(in_production(**changes), replace(SOUND, **server))
        assert [each[: len(start)] for each, start in zip(warned, expected, strict=True)] == expected
