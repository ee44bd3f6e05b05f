"""Secrets of authenticator apps, and addresses, as other systems export them."""

import io
import json
from io import BufferedReader, BytesIO
from typing import Any

import argon2
import pytest
from tests.component.import_formats.reading import (
    BEFORE,
    DJANGO_FIELDS,
    LATER,
    django_fixture,
    read,
    read_one,
)

from fastauth.application.accounts.import_record import ImportRecord
from fastauth.domain.errors import InvalidInput
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.entrypoints.import_formats import Columns, ImportFile, RecordReader, UnreadableFile

SECRET = "JBSWY3DPEHPK3PXP"
HASH = "$2b$12$ann"


def secret_of(**columns: object) -> str | None:
    return read_one(json.dumps({"username": "ann", "password": HASH, **columns})).totp_secret


class TestColumns:
    @pytest.mark.parametrize(
        "name", ["totp_secret", "otp_secret", "mfaSecret", "two_factor_secret", "2FA Secret", "otp_uri"]
    )
    def test_secret_is_read(self, name: str) -> None:
        assert secret_of(**{name: SECRET}) == SECRET
        assert secret_of(**{name: ""}) is None
        assert secret_of(**{name: None}) is None

    @pytest.mark.parametrize("name", ["otp_required_for_login", "is_2fa_enabled", "two_factor_confirmed_at"])
    def test_app_that_is_not_in_force_is_left_out(self, name: str) -> None:
        for value in (False, "f", "0", "", None, LATER):
            assert secret_of(otp_secret=SECRET, **{name: value}) is None, value
        for value in (True, "t", "1", BEFORE):
            assert secret_of(otp_secret=SECRET, **{name: value}) == SECRET, value

    def test_in_csv_and_by_another_name(self) -> None:
        content = f"username,password,geheim\nann,{HASH}, {SECRET} \n"
        assert read_one(content).totp_secret is None
        named = Columns(called={"totp_secret": "geheim"})
        assert read_one(content, columns=named).totp_secret == SECRET

    def test_record_does_not_show_it(self) -> None:
        record = read_one(json.dumps({"username": "ann", "password": HASH, "otp_secret": SECRET}))
        assert SECRET not in repr(record)


def fixture(*related: tuple[str, dict[str, Any]], username: str = "ann") -> str:
    entries = django_fixture(DJANGO_FIELDS | {"username": username, "email": "old@example.com"})
    entries += [{"model": model, "pk": 7, "fields": fields} for model, fields in related]
    return json.dumps(entries)


def ann_in(content: bytes | str, **how: Any) -> ImportRecord:  # noqa: ANN401  the fields of RecordReader
    (ann,) = [each for each in read(content, **how) if isinstance(each, ImportRecord)]
    return ann


def an_address(email: str, *, verified: bool, primary: bool, user: object = 0) -> tuple[str, dict[str, Any]]:
    fields = {"user": user, "email": email, "verified": verified, "primary": primary}
    return "account.emailaddress", fields


def an_app(secret: object = SECRET, *, user: object = 0, kind: str = "totp") -> tuple[str, dict[str, Any]]:
    return "mfa.authenticator", {"user": user, "type": kind, "data": {"secret": secret}, "created_at": BEFORE}


class TestDjangoFixture:
    def test_primary_address_of_allauth_is_the_address(self) -> None:
        first = an_address("first@example.com", verified=True, primary=False)
        primary = an_address("Ann@example.com", verified=True, primary=True)
        for order in ((first, primary), (primary, first)):
            ann = ann_in(fixture(*order))
            assert (ann.email, ann.email_verified) == ("Ann@example.com", True)
        ann = ann_in(fixture(first))
        assert (ann.email, ann.email_verified) == ("first@example.com", True)
        ann = ann_in(fixture(an_address("ann@example.com", verified=False, primary=True)))
        assert (ann.email, ann.email_verified) == ("ann@example.com", False)
        assert ann_in(fixture()).email == "old@example.com"

    def test_app_of_allauth(self) -> None:
        assert ann_in(fixture(an_app())).totp_secret == SECRET
        assert ann_in(fixture(an_app(kind="recovery_codes"), an_app(kind="webauthn"))).totp_secret is None
        assert ann_in(fixture(an_app(user=9))).totp_secret is None
        assert ann_in(fixture(an_app(user=None))).totp_secret is None

    def test_app_of_django_otp(self) -> None:
        device = {
            "user": 0,
            "confirmed": True,
            "key": "48656c6c6f21deadbeef",
            "step": 30,
            "t0": 0,
            "digits": 6,
        }
        found = ann_in(fixture(("otp_totp.totpdevice", device))).totp_secret
        assert TotpSecret.parse(str(found)).text == SECRET
        assert ann_in(fixture(("otp_totp.totpdevice", device | {"confirmed": False}))).totp_secret is None
        for other in ({"digits": 8}, {"step": 60}, {"t0": 5}, {"key": "x"}):
            found = ann_in(fixture(("otp_totp.totpdevice", device | other))).totp_secret
            with pytest.raises(InvalidInput):
                TotpSecret.parse(str(found))

    def test_secret_that_cannot_be_read_is_no_secret(self) -> None:
        """The record is then rejected, instead of an account without its second factor."""
        for stored in (None, 5, ""):
            found = ann_in(fixture(an_app(stored))).totp_secret
            with pytest.raises(InvalidInput):
                TotpSecret.parse(str(found))

    def test_natural_keys(self) -> None:
        related = (
            an_address("a@example.com", verified=True, primary=True, user=["ann"]),
            an_app(user=["ann"]),
        )
        ann = ann_in(fixture(*related))
        assert (ann.email, ann.totp_secret) == ("a@example.com", SECRET)

    def test_models_can_be_ignored(self) -> None:
        content = fixture(an_app(), an_address("a@example.com", verified=True, primary=True))
        columns = Columns(ignored=frozenset({"accountemailaddress", "mfaauthenticator"}))
        ann = ann_in(content, columns=columns)
        assert (ann.email, ann.totp_secret) == ("old@example.com", None)

    def test_lines_encodings_and_pipes(self) -> None:
        content = fixture(an_app(), an_address("a@example.com", verified=True, primary=True))
        lines = "\n".join(map(json.dumps, json.loads(content)))
        for each in (content, lines, "\ufeff" + content):
            assert ann_in(each).totp_secret == SECRET
        assert ann_in(content.encode("utf-16")).email == "a@example.com"

        class Pipe(BytesIO):
            def seekable(self) -> bool:
                return False

        for piped in (content.encode(), lines.encode()):
            pipe = ImportFile(BufferedReader(Pipe(piped)), RecordReader())
            (ann,) = [entry for entry in pipe if isinstance(entry, ImportRecord)]
            assert (ann.email, ann.totp_secret) == ("a@example.com", SECRET)

    def test_damaged_fixture_is_refused_as_a_whole(self) -> None:
        """Its end may have been the second factors."""
        with pytest.raises(UnreadableFile):
            ImportFile(BufferedReader(io.BytesIO(fixture(an_app())[:-3].encode())))


PASSWORD = {
    "type": "password",
    "secretData": json.dumps(
        {"value": "BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A=", "salt": "RJ0aLMQ2qKbZuROs7qQhcA=="}
    ),
    "credentialData": json.dumps(
        {
            "hashIterations": 5,
            "algorithm": "argon2",
            "additionalParameters": {
                "hashLength": ["32"],
                "memory": ["7168"],
                "type": ["id"],
                "version": ["1.3"],
                "parallelism": ["1"],
            },
        }
    ),
}
"""Of Keycloak 26, for the password ``iceberg``."""


def otp(value: object = "12345678901234567890", **parameters: object) -> dict[str, str]:
    data = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1", **parameters}
    return {
        "type": "otp",
        "secretData": json.dumps({"value": value}),
        "credentialData": json.dumps(data),
    }


def keycloak(*credentials: object, **user: object) -> str:
    peter = {
        "id": "cfb55bf6-fcbb-4a1e-bfec-30c6649b52f8",
        "createdTimestamp": 1775365922330,
        "username": "peter",
        "firstName": "Peter",
        "lastName": "Cold",
        "email": "peter@example.com",
        "emailVerified": True,
        "enabled": True,
        "totp": True,
        "credentials": credentials,
        "disableableCredentialTypes": ["otp"],
        "requiredActions": [],
        "notBefore": 0,
        **user,
    }
    return json.dumps({"realm": "iceberg", "users": [peter]}, indent=2)


class TestKeycloak:
    def test_user_with_password_and_app(self) -> None:
        peter = read_one(keycloak(PASSWORD, otp()))
        assert peter == ImportRecord(
            position=1,
            old_id="cfb55bf6-fcbb-4a1e-bfec-30c6649b52f8",
            username="peter",
            fullname="Peter Cold",
            password_hash="$argon2id$v=19$m=7168,t=5,p=1$RJ0aLMQ2qKbZuROs7qQhcA"
            "$BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A",
            email="peter@example.com",
            email_verified=True,
            totp_secret=peter.totp_secret,
        )
        assert argon2.PasswordHasher().verify(peter.password_hash, "iceberg")
        # The bytes of the text are the secret, as Keycloak's OTPCredentialModel.getDecodedSecret has it.
        assert TotpSecret.parse(str(peter.totp_secret)).text == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    def test_secret_in_base32_and_other_kinds(self) -> None:
        peter = read_one(keycloak(PASSWORD, otp(SECRET, secretEncoding="BASE32")))
        assert TotpSecret.parse(str(peter.totp_secret)).text == SECRET
        assert read_one(keycloak(PASSWORD)).totp_secret is None
        for other in ({"subType": "hotp"}, {"digits": 8}, {"period": 60}, {"algorithm": "HmacSHA256"}):
            found = read_one(keycloak(PASSWORD, otp(**other))).totp_secret
            with pytest.raises(InvalidInput) as refusal:
                TotpSecret.parse(str(found))
            assert refusal.value.violations[0].code == "unsupported_totp"
        for broken in (otp(5), otp() | {"secretData": "{"}, {"type": "otp"}):
            with pytest.raises(InvalidInput):
                TotpSecret.parse(str(read_one(keycloak(PASSWORD, broken)).totp_secret))

    def test_pbkdf2_and_unknown_algorithms(self) -> None:
        secret = json.dumps({"value": "a+b/==", "salt": "c2FsdA=="})
        hashes = []
        for algorithm in ("pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512", "pbkdf2-sha224", "argon2"):
            data = json.dumps({"hashIterations": 27500, "algorithm": algorithm})
            stored = {"type": "password", "secretData": secret, "credentialData": data}
            hashes.append(read_one(keycloak(stored)).password_hash)
        assert hashes == [
            "$pbkdf2$27500$c2FsdA$a+b/",
            "$pbkdf2-sha256$27500$c2FsdA$a+b/",
            "$pbkdf2-sha512$27500$c2FsdA$a+b/",
            "?",
            "?",
        ]

    def test_disabled_users_and_service_accounts(self) -> None:
        assert read_one(keycloak(PASSWORD, enabled=False)).disabled_since
        content = keycloak(PASSWORD, serviceAccountClientId="orders")
        assert not [each for each in read(content) if isinstance(each, ImportRecord)]
