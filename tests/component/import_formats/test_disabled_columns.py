"""Columns and members that show whether an account is disabled."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.component.import_formats.reading import (
    ANN,
    BEFORE,
    LATER,
    NOW,
    error_codes,
    read_one,
)

from fastauth.entrypoints.import_formats.disabled_columns import rule_for_column
from fastauth.entrypoints.import_formats.disabled_rule import DisabledRule

CLOSED: dict[str, list[Any]] = {
    "enabled": [False, "false", 0, "F", "no"],
    "disabled": [True, "TRUE", 1, "y"],
    "active": [False],
    "blocked": [True],
    "isActive": ["0"],
    "Is_Active": [False],
    "disabled_at": [BEFORE, "x", 1735689600, {"$date": 1}],
    "status": ["suspended", "Inactive", "LOCKED_OUT", "pending", False, "temporarily banned"],
    "deleted": [True],
    "banned": [True],
    "locked": [True],
    "suspended": [True],
    "archived": [True],
    "deleted_at": [BEFORE],
    "banned_until": [LATER, "infinity", "for ever"],
    "lockoutEnd": ["2099-01-01 00:00:00 +00:00"],
    "isLockedOut": [True],
    "account_non_locked": [False],
    "accountNonExpired": [False],
    "deactivated": [True],
    "deactivatedAt": [BEFORE],
    "frozen": [True],
    "login_disabled": [True],
    "prohibit_login": [True],
    "can_login": [False],
    "expires_at": [BEFORE, "unreadable"],
    "account_expired": [True],
    "state": ["disabled"],
    "approved": [False],
    "activated_at": [None, LATER],
    "INACTIVE": [True],
    "locked-at": [BEFORE],
    "User Status": ["closed"],
    "suspended_till": [LATER],
    "removed_on": [BEFORE],
    "soft_deleted": ["t"],
}
OPEN: dict[str, list[Any]] = {
    "enabled": [True, "true", 1, "Y"],
    "disabled": [False, None, "", "f", "NULL"],
    "isActive": [True],
    "disabled_at": [None, "", "NULL", "\\N", "0000-00-00 00:00:00"],
    "status": ["active", "Enabled", "ok", True],
    "banned_until": [None, BEFORE],
    "lockoutEnd": [None, "0001-01-01T00:00:00"],
    "LockoutEnabled": [True, False],
    "account_non_locked": [True],
    "expires_at": [None, LATER],
    "activated_at": [BEFORE],
    "ban_reason": [None, ""],
    "last_active": [BEFORE],
    "two_factor_enabled": [False],
    "email_verified": [False],
    "user_status": [0, "0"],
    "is_staff": [False],
    "failed_attempts": [3],
    "country": ["DE"],
    "estate": ["x"],
    "ban_is_final": [False],
}
UNCLEAR: dict[str, list[Any]] = {
    "enabled": [None, "perhaps"],
    "disabled": ["perhaps", []],
    "status": [None, "", "x", 2],
    "user_status": [2],
    "ban_reason": ["spam"],
    "blocked_by": [7],
    "xy_enabled": [False],
    "userAccountControl": [514],
    "account_locked_flags": [3],
    "deletion_state": ["x"],
}


class TestDisabledColumns:
    @pytest.mark.parametrize("as_csv", [False, True])
    def test_disabled(self, *, as_csv: bool) -> None:
        for name, values in CLOSED.items():
            for value in values:
                candidate = read_one(row(name, value, as_csv=as_csv))
                assert candidate.disabled_since, (name, value)
                assert candidate.disabled_since <= NOW

    def test_time_without_a_time_in_utc_disables_since_now(self) -> None:
        """It is before the year 1 or after the year 9999 there."""
        for value in ("00010101T000000+14:00", "9999-12-31T23:59:59-14:00"):
            assert read_one(row("disabled_at", value, as_csv=False)).disabled_since == NOW, value

    @pytest.mark.parametrize("as_csv", [False, True])
    def test_enabled(self, *, as_csv: bool) -> None:
        for name, values in OPEN.items():
            for value in values:
                assert read_one(row(name, value, as_csv=as_csv)).disabled_since is None, (name, value)

    @pytest.mark.parametrize("as_csv", [False, True])
    def test_unclear_value_is_rejected(self, *, as_csv: bool) -> None:
        for name, values in UNCLEAR.items():
            for value in values:
                (found,) = error_codes(row(name, value, as_csv=as_csv))
                assert found[1:] in {(name, code) for code in ("not_a_boolean", "unclear", "unknown_status")}

    def test_any_of_several_disables(self) -> None:
        record = {"username": "ann", "password": "x", "isActive": True, "is_active": True, "banned": False}
        assert read_one(json.dumps(record)).disabled_since is None
        for name in ("isActive", "is_active"):
            assert read_one(json.dumps(record | {name: False})).disabled_since == NOW
        assert read_one(json.dumps(record | {"banned": True})).disabled_since == NOW

    def test_keeps_time_of_users_list(self) -> None:
        """The output of `fastauth users list --json` can be imported."""
        listed = {
            "id": 7,
            "username": "ann",
            "fullname": "Ann Lee",
            "disabled_at": "2025-01-01T00:00:00+00:00",
        }
        candidate = read_one(json.dumps(listed | {"password_hash": "$2b$ann"}))
        assert candidate.disabled_since == datetime(2025, 1, 1, tzinfo=UTC)
        assert replace(candidate, disabled_since=None, old_id=None, position=2) == ANN
        assert candidate.old_id == "7"

    def test_long_name_takes_linear_time(self) -> None:
        for part in (
            "login",
            "is",
            "user",
            "account",
            "signin",
            "at",
            "date",
            "datetime",
            "time",
            "timestamp",
            "non",
        ):
            assert rule_for_column(part * 60_000) in (None, DisabledRule.UNCLEAR)


def row(name: str, value: Any, *, as_csv: bool) -> str:  # noqa: ANN401  whatever JSON can say
    if not as_csv:
        return json.dumps({"username": "ann", "password": "x", name: value})
    text = "" if value is None else str(value)
    return f'username,password,{name}\nann,x,"{text}"\n'
