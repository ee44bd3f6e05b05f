"""Entries of a Django fixture that belong to an account: its e-mail addresses and its authenticator app.

They stand behind the accounts, so they are read before, and kept in a temporary file: a million of them need
little memory.
"""

import json
import sqlite3
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastauth.application.accounts.import_record import ImportRecord
from fastauth.entrypoints.import_formats.column_names import fold
from fastauth.entrypoints.import_formats.keycloak import UNREADABLE

CACHE_KIB = 16 * 1024
"""Size of the page cache in memory. The rest is in SQLite's directory for temporary files."""

ADDRESSES, TOTP_ALLAUTH, TOTP_DJANGO_OTP = "account.emailaddress", "mfa.authenticator", "otp_totp.totpdevice"


class RelatedEntries:
    """The addresses and authenticator apps of a fixture, by the primary or natural key of their account."""

    def __init__(self, *, ignored: frozenset[str] = frozenset()) -> None:
        """`ignored` are folded names of columns and models that the operator excludes."""
        self._ignored = ignored
        self._database = sqlite3.connect("", isolation_level=None)  # the empty name: a temporary file
        for pragma in (f"cache_size = -{CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE related (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def read(self, rows: Iterable[object]) -> None:
        """Keep the related entries among the rows of a file."""
        for row in rows:
            if isinstance(row, dict) and isinstance(row.get("fields"), dict):
                self._add(str(row.get("model")).casefold(), row["fields"])

    def complete(self, record: ImportRecord, primary_key: object) -> ImportRecord:
        """Return the record of an account with the address and the secret that belong to it."""
        for key in (primary_key, [record.username]):
            if address := self._get("address", key):
                record = replace(record, email=address[0], email_verified=address[1])
            if secret := self._get("totp", key):
                record = replace(record, totp_secret=secret)
        return record

    def close(self) -> None:
        """Remove the file."""
        self._database.close()

    def _add(self, model: str, fields: Mapping[str, Any]) -> None:
        if fold(model) in self._ignored:
            return
        owner = fields.get("user")
        if owner is None:
            return
        if model == ADDRESSES and isinstance(fields.get("email"), str):
            address = (fields["email"], fields.get("verified") is True)
            self._put("address", owner, address, first_wins=fields.get("primary") is not True)
        elif model == TOTP_ALLAUTH and fields.get("type") == "totp":
            self._put("totp", owner, _secret_of_allauth(fields.get("data")))
        elif model == TOTP_DJANGO_OTP and fields.get("confirmed") is True:
            self._put("totp", owner, _key_uri_of_django_otp(fields))

    def _put(self, kind: str, owner: object, value: object, *, first_wins: bool = True) -> None:
        clause = "IGNORE" if first_wins else "REPLACE"
        values = (kind + json.dumps(owner), json.dumps(value))
        self._database.execute(f"INSERT OR {clause} INTO related VALUES (?, ?)", values)  # noqa: S608  one of two words

    def _get(self, kind: str, owner: object) -> Any:  # noqa: ANN401  what was put
        found = self._database.execute(
            "SELECT value FROM related WHERE key = ?", (kind + json.dumps(owner),)
        ).fetchone()
        return found and json.loads(found[0])


def _secret_of_allauth(data: object) -> str:
    """Return the secret as allauth stores it. An adapter may encrypt it; then it is refused as no secret."""
    secret = data.get("secret") if isinstance(data, dict) else None
    return secret if isinstance(secret, str) and secret else UNREADABLE


def _key_uri_of_django_otp(fields: Mapping[str, Any]) -> str:
    try:
        secret = b32encode(bytes.fromhex(str(fields.get("key")))).decode()
    except ValueError:
        return UNREADABLE
    kind = "totp" if fields.get("t0", 0) == 0 else "totp-from-another-epoch"
    given = {"secret": secret, "digits": fields.get("digits", 6), "period": fields.get("step", 30)}
    return f"otpauth://{kind}/?{urlencode(given)}"
