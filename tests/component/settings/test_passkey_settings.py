"""Settings of passkeys: their defaults, what they refuse, and hosts for which there are none."""

import pytest
from pydantic import ValidationError
from tests.component.settings.production_settings import in_production

from fastauth.entrypoints.production import production_errors, warnings
from fastauth.entrypoints.settings import Settings


def settings(**given: object) -> Settings:
    return Settings(**given)  # type: ignore[arg-type]  # pydantic reads it


class TestRelyingParty:
    def test_defaults(self) -> None:
        for given, rp_id, origin in (
            ({}, "localhost", "http://localhost:8000"),
            ({"issuer": "https://auth.example.com"}, "auth.example.com", "https://auth.example.com"),
            ({"issuer": "https://a.example:8443/x"}, "a.example", "https://a.example:8443"),
            (
                {"pages_url": "https://LOGIN.example.com:443"},
                "login.example.com",
                "https://login.example.com",
            ),
        ):
            party = settings(**given).relying_party
            assert party, given
            assert (party.id, party.origins, party.name) == (rp_id, (origin,), "fastauth"), given

    def test_given(self) -> None:
        party = settings(
            webauthn_rp_id="example.com",
            webauthn_origins="https://login.example.com, android:apk-key-hash:a-_Z9",
            webauthn_related="https://example.org",
        ).relying_party
        assert party
        assert party.id == "example.com"
        assert party.origins == (
            *("https://login.example.com", "android:apk-key-hash:a-_Z9"),
            "https://example.org",
        )

    def test_none_for_an_ip_address(self) -> None:
        for url in ("http://192.168.0.7:8000", "https://[2001:db8::1]", "http://127.0.0.1:8000"):
            without = settings(issuer=url)
            assert without.relying_party is None, url
            (warning,) = warnings(without)
            assert warning.startswith("passkeys are off"), url
            assert settings(issuer=url, webauthn_rp_id="localhost").relying_party, url

    def test_refused_values(self) -> None:
        for field, values in {
            "webauthn_rp_id": [
                "127.0.0.1",
                "::1",
                "[::1]",
                "https://a.example",
                "a.example:1",
                "A.example",
                "a.",
            ],
            "webauthn_origins": [
                *("https://a.example/", "https://a.example/x", "http://a.example", "a.example", "https://"),
                *(
                    "https://A.example",
                    "https://a.example:443",
                    "https://u@a.example",
                    "android:apk-key-hash:",
                ),
                *("https://a.example:0x1", "https://a.example?x", "null", "*", "https://a b.example"),
            ],
            "webauthn_related": [
                *("http://a.example", "android:apk-key-hash:a"),
                ",".join(f"https://a{number}.example" for number in range(6)),
            ],
        }.items():
            for value in values:
                with pytest.raises(ValidationError):
                    settings(**{field: value})

    def test_production_refuses_origins_elsewhere(self) -> None:
        elsewhere = {"webauthn_rp_id": "example.com", "webauthn_origins": "https://notexample.com"}
        (error,) = production_errors(in_production(**elsewhere))
        assert error.startswith("FASTAUTH_WEBAUTHN_ORIGINS")
        below = {"webauthn_rp_id": "example.com", "webauthn_origins": "https://a.b.example.com:8443"}
        assert production_errors(in_production(**below)) == []
        app = {"webauthn_origins": "https://auth.example,android:apk-key-hash:a"}
        assert production_errors(in_production(**app)) == []
        related = {"webauthn_related": "https://example.org"}
        assert production_errors(in_production(**related)) == []
