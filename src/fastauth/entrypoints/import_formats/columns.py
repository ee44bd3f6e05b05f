"""Read the account of an entry from the columns of another system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fastauth.application.accounts.import_record import ImportRecord
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.entrypoints.import_formats.column_names import ColumnMapping, Columns, ImportNotes
from fastauth.entrypoints.import_formats.disabled_values import parse_disabled_since
from fastauth.entrypoints.import_formats.keycloak import has_credentials, with_columns
from fastauth.entrypoints.import_formats.verified_values import says_verified

MAX_VALUE_LENGTH = 1024
"""Characters of a value: more than any name or hash has, and few enough to validate quickly."""

_BLANKS = " \t\r\n"
"""White space that pads fixed-width columns or stands beside a delimiter."""


@dataclass(slots=True, kw_only=True)
class RecordReader:
    """Reads records of a file, and collects notes on it."""

    columns: Columns = field(default_factory=Columns)
    model: str | None = None
    """The model of the accounts in a Django fixture; by default it is detected."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    notes: ImportNotes = field(default_factory=ImportNotes)

    def account_in(self, record: Mapping[str, object]) -> Mapping[str, object] | None:
        """Return the values of an account: key and fields of a fixture entry, ``None`` for other models.

        A service account of Keycloak is no account either.
        """
        if has_credentials(record):
            return None if record.get("serviceAccountClientId") else with_columns(record)
        model, fields = record.get("model"), record.get("fields")
        if not (isinstance(model, str) and isinstance(fields, dict)):
            return record
        if self.model:
            is_account = model.casefold() == self.model.casefold()
        else:
            mapping = _mapping(self.columns, tuple(fields))
            known = mapping.fields["password"] and mapping.fields["username"]
            is_account = model.casefold().endswith("user") or bool(known)
        return {"pk": record.get("pk"), **fields} if is_account else None

    def record(self, place: int, record: Mapping[str, object]) -> ImportRecord:
        """Return the record of an account. Other columns are noted as not read.

        Raises:
            InvalidInput: Values are missing or of a wrong type, or it is unclear whether a column says that
                the account is disabled. The error has all violations.
        """
        mapping = _mapping(self.columns, tuple(record))
        self.notes.note(mapping)
        row = _Row(record, mapping)
        with ViolationCollector() as noting:
            with noting:
                username = row.text("username", self.columns)
            with noting:
                password_hash = row.text("password", self.columns)
            with noting:
                fullname = row.fullname()
            with noting:
                totp_secret = row.totp_secret(now=self.now)
            for name, rule in mapping.disabled_rules.items():
                with noting:
                    row.disable(parse_disabled_since(rule, name, record[name], now=self.now))
        self.notes.trimmed += row.trimmed
        return ImportRecord(
            position=place,
            old_id=row.old_id(),
            username=username,
            fullname=fullname or username,
            password_hash=password_hash,
            disabled_since=row.disabled_since,
            email=row.email(),
            email_verified=row.email_verified(now=self.now),
            totp_secret=totp_secret,
        )


@lru_cache(maxsize=256)
def _mapping(columns: Columns, names: tuple[str, ...]) -> ColumnMapping:
    return columns.mapping(names)


class _Row:
    """The values of one account."""

    def __init__(self, record: Mapping[str, object], mapping: ColumnMapping) -> None:
        self._record = record
        self._mapping = mapping
        self.trimmed = False
        self.disabled_since: datetime | None = None

    def text(self, wanted: str, columns: Columns) -> str:
        """Return the first value of a field that is not empty, without surrounding white space."""
        present = self._mapping.fields[wanted]
        filled = [name for name in present if self._record[name] not in (None, "")] or present
        if not filled:
            raise InvalidInput(
                Violation(wanted, "missing", f"There must be a {describe_column(columns, wanted)}.")
            )
        return self._trimmed(wanted, filled[0])

    def fullname(self) -> str:
        """Return the full name, the first and last name together, or an empty string."""
        fields = self._mapping.fields
        whole = [name for name in fields["fullname"] if self._record[name] is not None][:1]
        halves = [*fields["first_name"][:1], *fields["last_name"][:1]]
        parts = [name for name in whole or halves if self._record[name] is not None]
        return " ".join(filter(None, (self._trimmed("fullname", name) for name in parts)))

    def disable(self, since: datetime | None) -> None:
        """Set the time since which the account is disabled, unless an earlier one is set."""
        if since:
            self.disabled_since = min(since, self.disabled_since or since)

    def email(self) -> str | None:
        """Return the e-mail address, if there is a text."""
        for name in self._mapping.fields["email"]:
            value = self._record[name]
            if isinstance(value, str) and (text := value.strip(_BLANKS)):
                return text[: MAX_VALUE_LENGTH + 1]
        return None

    def email_verified(self, *, now: datetime) -> bool:
        """Return whether a column says that the address is verified: true, or a time that has passed."""
        return any(
            says_verified(self._record[name], now=now) for name in self._mapping.fields["email_verified"][:1]
        )

    def totp_secret(self, *, now: datetime) -> str | None:
        """Return the secret of an authenticator app, unless a column says that the app is not confirmed."""
        fields = self._mapping.fields
        filled = [name for name in fields["totp_secret"] if self._record[name] not in (None, "")]
        enabled = [says_verified(self._record[name], now=now) for name in fields["totp_enabled"]]
        if not filled or not all(enabled):
            return None
        return self._trimmed("totp_secret", filled[0]) or None

    def old_id(self) -> str | None:
        """Return the id in the other system, if it is a number or a short text."""
        for name in self._mapping.fields["id"]:
            value: Any = self._record[name]
            if isinstance(value, dict) and len(value) == 1:  # MongoDB's {"$oid": "..."}
                (value,) = value.values()
            if isinstance(value, int | str) and not isinstance(value, bool) and value != "":
                return str(value).strip(_BLANKS)[:256]
        return None

    def _trimmed(self, wanted: str, name: str) -> str:
        value = self._record[name]
        if not isinstance(value, str):
            raise InvalidInput(Violation(wanted, "not_text", f"The value of {wanted} must be a text."))
        text = value.strip(_BLANKS)
        if len(text) > MAX_VALUE_LENGTH:
            detail = f"Must have at most {MAX_VALUE_LENGTH} characters."
            raise InvalidInput(Violation(wanted, "too_long", detail))
        self.trimmed |= text != value
        return text


def describe_column(columns: Columns, wanted: str) -> str:
    """Return the accepted column names of a required field, for error messages."""
    if wanted in columns.called:
        return columns.called[wanted]
    return {"username": "username or email", "password": "password_hash or hashed_password or password"}[
        wanted
    ]
