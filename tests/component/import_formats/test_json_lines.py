"""JSON Lines: an account in each line."""

import json

import pytest
from tests.component.import_formats.reading import (
    ANN,
    NOW,
    error_codes,
    read,
    read_one,
)

from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES


class TestJsonLines:
    def test_one_account_per_line(self) -> None:
        content = '{"username": "ann", "password": "$2b$ann", "fullname": "Ann Lee"}\n\n{"username": 1}\n'
        first, second = read("\n" + content)
        assert (first, second.position) == (ANN, 4)

    def test_fastapi_users_export(self) -> None:
        record = {
            "id": "2b4b3e5e-0c1e-4f0c-9d5e-5d2a3b1c9f00",
            "email": "ann@example.com", "hashed_password": "$2b$ann",
            "is_active": False, "is_superuser": False, "is_verified": True,
        }  # fmt: skip
        candidate = read_one(json.dumps(record))
        assert (candidate.username, candidate.fullname) == ("ann@example.com", "ann@example.com")
        assert (candidate.password_hash, candidate.disabled_since) == ("$2b$ann", NOW)
        assert candidate.old_id == record["id"]

    @pytest.mark.parametrize(
        ("line", "field", "code"),
        [
            (b"{", "line", "not_json"),
            (b'{"username": "\xff"}', "line", "not_utf_8"),
            (b"[1]", "line", "not_an_object"),
            (b"[" * 60_000, "line", "not_json"),
            (b'{"x": "' + b"x" * MAX_RECORD_BYTES + b'"}', "line", "too_long"),
            (b'{"password": "x"}', "username", "missing"),
            (b'{"username": "a", "password": "x", "enabled": false, "enabled": true}', "line", "not_json"),
            (b'{"username": "%s", "password": "x"}' % (b"a" * 2_000), "username", "too_long"),
            (b'{"username": null, "password": "x"}', "username", "not_text"),
            (b'{"username": "bob", "password": 1}', "password", "not_text"),
            (b'{"username": "bob", "password": "x", "fullname": []}', "fullname", "not_text"),
            (b'{"username": "bob", "password": "x", "is_active": "perhaps"}', "is_active", "not_a_boolean"),
            (b'{"username": "bob", "password": "x", "is_active": null}', "is_active", "not_a_boolean"),
            (b'{"username": "bob", "password": "x", "is_active": []}', "is_active", "not_a_boolean"),
        ],
    )
    def test_continues_after_invalid_line(self, line: bytes, field: str, code: str) -> None:
        content = b'{"username": "ann", "password": "x"}\n%s\n{"username": "zoe", "password": "x"}' % line
        assert error_codes(content) == [(2, field, code)]
        assert [entry.position for entry in read(content)] == [1, 2, 3]

    def test_reports_every_violation(self) -> None:
        assert error_codes('{"is_active": 2}') == [
            (1, "username", "missing"),
            (1, "password", "missing"),
            (1, "is_active", "not_a_boolean"),
        ]
