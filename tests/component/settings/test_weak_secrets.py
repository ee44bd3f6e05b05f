"""Secret keys and database passwords that production mode refuses."""

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from uuid import uuid4

import pytest
from sqlalchemy import make_url
from tests.component.settings.production_settings import in_production

from fastauth.entrypoints.production import (
    WELL_KNOWN_SECRETS,
    production_errors,
)
from fastauth.entrypoints.production.weak_secrets import weakness_of_key
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.secret_keys import secret_keys

ROOT = Path(__file__).parents[3]


class TestSecretKeys:
    @pytest.mark.parametrize(
        "key",
        [
            "a" * 32,
            "changeme" * 4,
            "password" * 4,
            "12345678901234567890123456789012",
            "31415926535897932384626433832795",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "QWERTYUIOPasdfghjklzxcvbnm1234567890",
            "0123456789abcdef" * 2,
            "0123456789abcdef0123456789abcdeF0",
            "$(openssl rand -base64 32)          x",
            "openssl rand -base64 32 > secret.key",
            "your-256-bit-key-goes-here-please-ok",
            "what is kept apart from the backups",
            "correct horse battery staple and so on",
            "aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB",
            "Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lY2hhbmdlbWU=",  # changeme, four times
            "6368616e67656d656368616e67656d656368616e67656d65",
            "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=",  # 0123456789abcdef...
            "the secret key of the tests, 32 bytes",
            "fastauth development key: everybody knows it",
        ],
    )
    @pytest.mark.parametrize("name", ["secret_key", "secret_key_previous"])
    def test_guessable_key_is_refused(self, name: str, key: str) -> None:
        (refusal,) = production_errors(in_production(**{name: key}))
        assert refusal.startswith(f"FASTAUTH_{name.upper()} ")
        assert key not in refusal

    def test_both_weak_keys_are_named(self) -> None:
        (refusal,) = production_errors(in_production(secret_key="a" * 32, secret_key_previous="b" * 32))
        assert "FASTAUTH_SECRET_KEY " in refusal
        assert "FASTAUTH_SECRET_KEY_PREVIOUS " in refusal

    def test_generated_key_is_accepted(self) -> None:
        makers: list[Callable[[int], str]] = [
            token_hex,
            token_urlsafe,
            lambda size: b64encode(token_bytes(size)).decode(),
            lambda _: str(uuid4()),
            lambda _: token_hex(16),
        ]
        assert {weakness_of_key(make(32)) for make in makers * 200} == {None}

    def test_passphrase_needs_ten_words(self) -> None:
        words = "abacus unlit dowry karma tipoff coasting voyage eldest mutate flanked"
        assert production_errors(in_production(secret_key=words)) == []
        assert production_errors(in_production(secret_key=words.rpartition(" ")[0])) != []


class TestDatabasePassword:
    @pytest.mark.parametrize(
        "password",
        [
            *("fastauth", "Postgres", "123456", "12345678", "fastauth1", "Fastauth2026!", "f4st4uth"),
            *("accounts", "accounts_accounts", "ledger-9", "stnuocca", "P%40ssw0rd", "qwertyuiop", "short"),
            *("changeme", "CHANGEME1", "aaaaaaaaaaaa", "%66astauth", "iloveyou", "!!fastauth!!"),
        ],
    )
    def test_weak_password_is_refused(self, password: str) -> None:
        for url in (
            f"postgresql://accounts:{password}@localhost/ledger",
            f"postgresql://accounts@/ledger?password={password}",
        ):
            (refusal,) = production_errors(in_production(database_url=url))
            assert "password in FASTAUTH_DATABASE_URL" in refusal

    def test_password_is_read_from_url_environment_and_file(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        url = "postgresql://accounts@localhost/ledger"
        assert production_errors(in_production(database_url=url)) == []
        (tmp_path / "pass").write_text("# kept\n*:*:*:other:Zk3-w9Qx.t\nlocalhost:*:*:accounts:ledger1\n")
        (refusal,) = production_errors(in_production(database_url=f"{url}?passfile={tmp_path}/pass"))
        assert "password file" in refusal
        monkeypatch.setenv("PGPASSWORD", "fastauth")
        (refusal,) = production_errors(in_production(database_url=url))
        assert "PGPASSWORD" in refusal

    @pytest.mark.parametrize("password", ["Zk3-w9Qx.t", "6f1d0c2a9be84773", "correct-horse-battery"])
    def test_strong_password_is_accepted(self, password: str) -> None:
        url = f"postgresql://accounts:{password}@localhost/ledger"
        assert production_errors(in_production(database_url=url)) == []


SHOWN = (
    r"(?:SECRET_KEY(?:_PREVIOUS)?|POSTGRES_PASSWORD|PGPASSWORD)[^\S\n]*[=:][-?]?[^\S\n]*['\"]?([^\s'\"#}$`?-][^\s'\"}`]*)",
    r"://[^\s:/@`]+:([^\s@`$]+)@",
)
"""A secret key or a password of a database, and a password in a URL, wherever one is written down."""


def shown_secrets() -> set[str]:
    """Return every secret that the documentation and the examples show."""
    pages = [ROOT / "Dockerfile", *ROOT.glob("*.md"), *ROOT.glob("*.y*ml")]
    pages += [page for room in ("docs", "deploy", "examples") for page in (ROOT / room).rglob("*.[my]*")]
    shown = (re.findall(pattern, page.read_text()) for page in pages for pattern in SHOWN)
    return {value.lower() for found in shown for value in found if value.strip(".")}


class TestWellKnownSecrets:
    def test_all_documented_secrets_are_well_known(self) -> None:
        """R36: forged cursors, and secrets that are publicly known.

        CVE-2026-33503 (Kratos), CVE-2026-33504 (Hydra); CWE-89, CWE-1392.
        """
        assert "fastauth" in shown_secrets()  # docker-compose.yml has it
        assert shown_secrets() - WELL_KNOWN_SECRETS == set()

    def test_development_key_is_well_known(self) -> None:
        (key,) = secret_keys(Settings(database_url=make_url("postgresql://db/fastauth")))
        assert key.material.decode() in WELL_KNOWN_SECRETS
