"""Accounts in the files of other systems."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BufferedReader, BytesIO
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.entrypoints.import_formats import Columns, ImportFile, ImportNotes, RecordReader, UnreadableFile
from fastauth.entrypoints.import_formats.disabled_columns import rule_for_column
from fastauth.entrypoints.import_formats.disabled_rule import DisabledRule
from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES

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


def read(content: bytes | str, **how: Any) -> list[ImportRecord | ImportResult]:  # noqa: ANN401  parts of Reading
    content = content.encode() if isinstance(content, str) else content
    return list(ImportFile(BufferedReader(BytesIO(content)), RecordReader(now=NOW, **how)))


def fixture(*fields: dict[str, Any], model: str = "auth.user") -> list[dict[str, Any]]:
    return [{"model": model, "pk": number, "fields": each} for number, each in enumerate(fields)]


def only(content: bytes | str, **how: Any) -> ImportRecord:  # noqa: ANN401  parts of Reading
    (candidate,) = read(content, **how)
    assert isinstance(candidate, ImportRecord)
    return candidate


def codes(content: bytes | str) -> list[tuple[int, str, str]]:
    """Return place, field and code of all that is refused."""
    return [
        (entry.position, violation.field, violation.code)
        for entry in read(content)
        if isinstance(entry, ImportResult) and entry.outcome is Outcome.REJECTED
        for violation in entry.violations
    ]


class TestCsv:
    @pytest.mark.parametrize(
        "content",
        [
            "username,fullname,password_hash\nann,Ann Lee,$2b$ann\n",
            "username,fullname,password_hash\r\nann,Ann Lee,$2b$ann\r\n",
            "username,fullname,password_hash\nann,Ann Lee,$2b$ann",
            "\ufeffusername,fullname,password_hash\nann,Ann Lee,$2b$ann\n",
            '"username","fullname","password_hash"\n"ann","Ann Lee","$2b$ann"\n',
            "username;fullname;password_hash\nann;Ann Lee;$2b$ann\n",
            "username\tfullname\tpassword\nann\tAnn Lee\t$2b$ann\n",
            "email,hashed_password,is_active,full_name\nann,$2b$ann,t,Ann Lee\n",
            "username,email,password,first_name,last_name\nann,ann@example.com,$2b$ann,Ann,Lee\n",
            "username,email,password,name\n,ann,$2b$ann,Ann Lee\n",
            "username|fullname|password\nann|Ann Lee|$2b$ann\n",
            '"LOGIN","PASSWORD","FIRST_NAME","LAST_NAME","EMAIL"\n"ann","$2b$ann","Ann","Lee","a@example.com"\n',
            "user_login,user_pass,user_email,display_name\nann,$2b$ann,a@example.com,Ann Lee\n",
            "UserName,PasswordHash,Full Name,LockoutEnabled\nann,$2b$ann,Ann Lee,1\n",
            "email,encrypted_password,name\nann,$2b$ann,Ann Lee\n",
            "username,password,fullname,,\nann,$2b$ann,Ann Lee,,\n",
            "username,password,fullname,,\nann,$2b$ann,Ann Lee\n",
            "username,password,fullname\nann,$2b$ann,Ann Lee,,\n",
            "username,password,fullname\rann,$2b$ann,Ann Lee\r",
            "username,password,fullname\nann   , $2b$ann  ,Ann Lee   \n",
        ],
    )
    def test_is_read_whichever_way_it_is_written(self, content: str) -> None:
        assert only(content) == ANN

    @pytest.mark.parametrize("before", ["sep=;\r\n", "\r\n", "\n\n", '"sep=;"\n', "\nSEP=;\n"])
    def test_may_have_lines_before_its_header(self, before: str) -> None:
        (ann,) = read(before + "username;password;fullname\r\nann;$2b$ann;Ann Lee\r\n")
        assert ann == replace(ANN, position=before.count("\n") + 2)

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_is_read_in_any_encoding_that_its_mark_announces(self, encoding: str, end: str) -> None:
        rows = [f"änn{number},$2b$ann" for number in range(9_000)]
        found = read(end.join(["username,password", *rows]).encode(encoding))
        assert len(found) == 9_000
        assert found[-1] == ImportRecord(
            position=9_001, username="änn8999", fullname="änn8999", password_hash="$2b$ann"
        )

    def test_may_have_its_columns_named_by_the_operator(self) -> None:
        columns = Columns(
            called={"username": "Kennung", "password": "geheim", "disabled": "weg"},
            ignored=frozenset({"status"}),
        )
        content = "kennung,Geheim,username,weg,status\nann,$2b$ann,x,1,perhaps\n"
        candidate = only(content, columns=columns)
        assert (candidate.username, candidate.password_hash) == ("ann", "$2b$ann")
        assert candidate.disabled_since == NOW
        with pytest.raises(UnreadableFile, match="line 1: none of its columns is Kennung"):
            read("username,password\n", columns=columns)

    def test_tells_which_columns_were_not_read_and_what_was_trimmed(self) -> None:
        notes = ImportNotes()
        content = "username,password,bio,Last Login\nann ,x,a,b\nbob,x,c,d\n"
        assert len(read(content, notes=notes)) == 2
        assert ([*notes.unread], notes.trimmed) == (["bio", "Last Login"], 1)

    def test_has_no_record_that_goes_on_for_ever(self) -> None:
        content = "username,password\n" + '"\n123",' * 40_000
        places = [place for place, _, code in codes(content) if code == "not_csv"]
        assert places[0] == 2
        assert (
            max(after - before for before, after in pairwise([*places, 40_002])) <= 2 * MAX_RECORD_BYTES // 7
        )

    def test_counts_lines_as_an_editor_does(self) -> None:
        places = [entry.position for entry in read('username,password,bio\na,b,"1\n2\n3"\n\nc,d,e\n')]
        assert places == [2, 6]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "line 1: none of its columns is username or email"),
            ("ann,$2b$ann\n", "line 1: none of its columns is username or email"),
            ("username,fullname\n", "none of its columns is password_hash or hashed_password or password"),
            ("username,password,password\n", "line 1: two of its columns have one name"),
            (b"username,p\xe4ssword\n", "line 1: Must be UTF-8."),
            (b"\xff\xfe\x00\xd8a\x00", "it is not UTF-16, unlike its byte order mark"),
            (b"sep=;\nusername,password\n", "line 2: none of its columns is username or email"),
            (f"username,password{',' * MAX_RECORD_BYTES}\n", "line 1: Must have less than 65536 bytes."),
        ],
    )
    def test_is_not_begun_without_what_is_needed(self, content: bytes | str, told: str) -> None:
        with pytest.raises(UnreadableFile, match=told):
            read(content)

    @pytest.mark.parametrize(
        ("line", "field", "code"),
        [
            (b"ann", "line", "wrong_columns"),
            (b"ann,x,y", "line", "wrong_columns"),
            (b"\xff,x", "line", "not_utf_8"),
            (b'"ann"n,x', "line", "not_csv"),
            (b"ann,x\ry,z", "line", "not_csv"),
            (b"a" * (MAX_RECORD_BYTES + 5) + b",x", "line", "too_long"),
            (b"a" * (3 * MAX_RECORD_BYTES) + b",x", "line", "too_long"),
        ],
    )
    def test_goes_on_behind_a_line_that_cannot_be_read(self, line: bytes, field: str, code: str) -> None:
        content = b"username,password\nann,x\n%s\nbob,x\n" % line
        assert codes(content) == [(3, field, code)]
        assert [entry.position for entry in read(content)] == [2, 3, 4]

    def test_finds_back_after_a_quotation_that_does_not_end(self) -> None:
        content = 'username,password\n"ann,x\n' + "bob,x\n" * 50_000
        assert codes(content) == [(2, "line", "not_csv")]
        assert len(read(content)) > 25_000
        assert codes('username,password\n"ann,x\nbob,x') == [(2, "line", "not_csv")]


class TestJsonLines:
    def test_holds_an_account_in_each_line(self) -> None:
        content = '{"username": "ann", "password": "$2b$ann", "fullname": "Ann Lee"}\n\n{"username": 1}\n'
        first, second = read("\n" + content)
        assert (first, second.position) == (ANN, 4)

    def test_may_be_a_dump_of_fastapi_users(self) -> None:
        record = {
            "id": "2b4b3e5e-0c1e-4f0c-9d5e-5d2a3b1c9f00",
            "email": "ann@example.com", "hashed_password": "$2b$ann",
            "is_active": False, "is_superuser": False, "is_verified": True,
        }  # fmt: skip
        candidate = only(json.dumps(record))
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
    def test_goes_on_behind_a_line_that_is_wrong(self, line: bytes, field: str, code: str) -> None:
        content = b'{"username": "ann", "password": "x"}\n%s\n{"username": "zoe", "password": "x"}' % line
        assert codes(content) == [(2, field, code)]
        assert [entry.position for entry in read(content)] == [1, 2, 3]

    def test_names_all_that_is_wrong(self) -> None:
        assert codes('{"is_active": 2}') == [
            (1, "username", "missing"),
            (1, "password", "missing"),
            (1, "is_active", "not_a_boolean"),
        ]


class TestObject:
    PEOPLE: ClassVar = [
        {"username": "ann", "password": "$2b$ann"},
        {"email": "bob", "passwordHash": "$2b$bob", "x": [1]},
    ]

    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("around", [{}, {"realm": "x", "a": [1], "b": [], "c": {"d": [{}]}}])
    def test_may_hold_the_accounts(self, indent: int | None, around: dict[str, Any]) -> None:
        content = json.dumps({**around, "users": self.PEOPLE, "more": 1}, indent=indent)
        names = [entry.username for entry in read(content) if isinstance(entry, ImportRecord)]
        assert names == ["ann", "bob"]
        assert read(json.dumps({**around, "users": []}, indent=indent)) == []

    def test_may_be_larger_than_memory_should_have_to_hold(self) -> None:
        people = [{"username": f"ann{number}", "password": "x" * 60} for number in range(5_000)]
        assert len(read(json.dumps({"users": people}))) == 5_000

    def test_may_be_an_indented_account(self) -> None:
        one, other = (json.dumps(person, indent=2) for person in self.PEOPLE)
        assert only(one).username == "ann"
        assert [entry.position for entry in read(f"{one}\n{other}\n")] == [1, 2]

    def test_stops_where_it_breaks_off(self) -> None:
        for content in ('{\n"users": [', '{\n"users"', "{\n", '{\n"a": 1,\n"a": 2}', '{\n"a" 1}'):
            with pytest.raises(UnreadableFile, match=r"entry [01]: "):
                read(content)


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


class TestMark:
    @pytest.mark.parametrize("as_csv", [False, True])
    def test_closes_the_account(self, *, as_csv: bool) -> None:
        for name, values in CLOSED.items():
            for value in values:
                candidate = only(row(name, value, as_csv=as_csv))
                assert candidate.disabled_since, (name, value)
                assert candidate.disabled_since <= NOW

    @pytest.mark.parametrize("as_csv", [False, True])
    def test_leaves_the_account_open(self, *, as_csv: bool) -> None:
        for name, values in OPEN.items():
            for value in values:
                assert only(row(name, value, as_csv=as_csv)).disabled_since is None, (name, value)

    @pytest.mark.parametrize("as_csv", [False, True])
    def test_refuses_what_may_mean_either_and_names_it(self, *, as_csv: bool) -> None:
        for name, values in UNCLEAR.items():
            for value in values:
                (found,) = codes(row(name, value, as_csv=as_csv))
                assert found[1:] in {(name, code) for code in ("not_a_boolean", "unclear", "unknown_status")}

    def test_closes_if_any_of_several_does(self) -> None:
        record = {"username": "ann", "password": "x", "isActive": True, "is_active": True, "banned": False}
        assert only(json.dumps(record)).disabled_since is None
        for name in ("isActive", "is_active"):
            assert only(json.dumps(record | {name: False})).disabled_since == NOW
        assert only(json.dumps(record | {"banned": True})).disabled_since == NOW

    def test_keeps_the_time_that_the_list_of_users_has(self) -> None:
        listed = {
            "id": 7,
            "username": "ann",
            "fullname": "Ann Lee",
            "disabled_at": "2025-01-01T00:00:00+00:00",
        }
        candidate = only(json.dumps(listed | {"password_hash": "$2b$ann"}))
        assert candidate.disabled_since == datetime(2025, 1, 1, tzinfo=UTC)
        assert replace(candidate, disabled_since=None, old_id=None, position=2) == ANN
        assert candidate.old_id == "7"

    def test_is_read_in_little_time_whatever_its_name(self) -> None:
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


class TestFixture:
    @pytest.mark.parametrize("indent", [None, 2])
    def test_is_read_as_dumpdata_writes_it(self, indent: int | None) -> None:
        other = fixture({"name": "staff", "permissions": []}, model="auth.group")
        content = json.dumps([*other, *fixture(DJANGO_FIELDS)], indent=indent)
        skipped, ann = read(content)
        assert skipped == ImportResult(1, Outcome.SKIPPED)
        assert ann == ImportRecord(
            position=2, old_id="0", username="ann", fullname="Ann Lee", password_hash="pbkdf2_sha256$ann"
        )
        lines = "\n".join(json.dumps(each) for each in [*other, *fixture(DJANGO_FIELDS)])
        assert read(lines) == [skipped, ann]

    def test_may_have_a_model_of_its_own_for_users(self) -> None:
        content = json.dumps(fixture({"email": "ann", "password": "x"}, model="accounts.CustomUser"))
        assert only(content).username == "ann"
        content = json.dumps(fixture({"email": "ann", "password": "x"}, model="accounts.account"))
        assert only(content).username == "ann"
        assert only(content, model="Accounts.Account").username == "ann"
        assert read(content, model="auth.user") == [ImportResult(1, Outcome.SKIPPED)]

    def test_is_read_in_pieces(self) -> None:
        people = [DJANGO_FIELDS | {"username": f"ann{number}", "first_name": "名"} for number in range(2_000)]
        content = json.dumps(fixture(*people), ensure_ascii=False)
        assert len(content) > 8 * MAX_RECORD_BYTES
        names = [entry.username for entry in read(content) if isinstance(entry, ImportRecord)]
        assert names == [f"ann{number}" for number in range(2_000)]

    @pytest.mark.parametrize("content", ["[]", " [ ] ", "[\n]\n"])
    def test_may_be_empty(self, content: str) -> None:
        assert read(content) == []

    def test_goes_on_behind_what_is_no_object(self) -> None:
        assert codes(f"[1, {json.dumps(DJANGO_FIELDS)}, null]") == [
            (1, "entry", "not_an_object"),
            (3, "entry", "not_an_object"),
        ]

    @pytest.mark.parametrize(
        ("rest", "told"),
        [
            (b"", "entry 1: the file ends here"),
            (b", ", "entry 1: the file ends here"),
            (b", {", "entry 2: it is not JSON"),
            (b", x]", "entry 2: it is not JSON"),
            (b", {'a': 1}]", "entry 2: it is not JSON"),
            (b", " + b"[" * 60_000, "entry 2: it is not JSON"),
            (b', {"x": "' + b"x" * 3 * MAX_RECORD_BYTES + b'"}]', "entry 2: it is not JSON, is longer"),
            (b', {"x": "\xff"}]', "it is not UTF-8"),
        ],
    )
    def test_stops_where_nothing_can_be_made_out(self, rest: bytes, told: str) -> None:
        with pytest.raises(UnreadableFile, match=told):
            read(b"[" + json.dumps(DJANGO_FIELDS).encode() + rest)


SANE = {
    "csv": b'username,password,fullname,is_active\nann,"x",Ann,1\n' + b'"b\nob",x,Bob,0\n' * 3,
    "lines": b'{"username": "ann", "password": "x"}\n' * 4,
    "fixture": json.dumps(fixture(*[DJANGO_FIELDS] * 4)).encode(),
}


class TestDump:
    @pytest.mark.parametrize("kind", SANE)
    @settings(deadline=None)  # the machine may be busy
    @given(
        damage=st.dictionaries(st.integers(0, 999), st.sampled_from(b'\x00\xff\xf0"\n\r,{}[]\\x'), min_size=1)
    )
    def test_reads_what_is_damaged_or_says_that_it_cannot(self, kind: str, damage: dict[int, int]) -> None:
        damaged = bytearray(SANE[kind])
        for position, byte in damage.items():
            damaged[position % len(damaged)] = byte
        try:
            places = [entry.position for entry in read(bytes(damaged))]
        except UnreadableFile:
            places = []
        assert places == sorted(places)
