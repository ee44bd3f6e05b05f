"""Reads import files in memory, for the tests of their formats."""

from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from typing import Any

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.entrypoints.import_formats import ImportFile, RecordReader

ANN = ImportRecord(position=2, username="ann", fullname="Ann Lee", password_hash="$2b$ann")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEFORE, LATER = "2025-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
DJANGO_FIELDS: dict[str, Any] = {
    "password": "pbkdf2_sha256$ann",
    "last_login": None,
    "is_superuser": False,
    "username": "ann",
    "first_name": "Ann",
    "last_name": "Lee",
    "email": "",
    "is_staff": False,
    "is_active": True,
    "date_joined": "2026-01-01T00:00:00Z",
    "groups": [],
    "user_permissions": [],
}


def read(content: bytes | str, **how: Any) -> list[ImportRecord | ImportResult]:  # noqa: ANN401  the fields of RecordReader
    content = content.encode() if isinstance(content, str) else content
    return list(ImportFile(BufferedReader(BytesIO(content)), RecordReader(now=NOW, **how)))


def django_fixture(*fields: dict[str, Any], model: str = "auth.user") -> list[dict[str, Any]]:
    return [{"model": model, "pk": number, "fields": each} for number, each in enumerate(fields)]


def read_one(content: bytes | str, **how: Any) -> ImportRecord:  # noqa: ANN401  the fields of RecordReader
    (record,) = read(content, **how)
    assert isinstance(record, ImportRecord)
    return record


def error_codes(content: bytes | str) -> list[tuple[int, str, str]]:
    """Return position, field and code of every violation."""
    return [
        (entry.position, violation.field, violation.code)
        for entry in read(content)
        if isinstance(entry, ImportResult) and entry.outcome is Outcome.REJECTED
        for violation in entry.violations
    ]
