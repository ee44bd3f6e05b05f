"""Accounts in the files of other systems."""

import json
from io import BufferedReader, BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastauth.application.import_users import Candidate, Outcome, Verdict
from fastauth.entrypoints.dumps import Dump, DumpUnreadable
from fastauth.entrypoints.dumps.lines import MOST_BYTES

ANN = Candidate(place=2, username="ann", fullname="Ann Lee", password_hash="$2b$ann")
DJANGO_FIELDS: dict[str, Any] = {
    "password": "pbkdf2_sha256$ann", "last_login": None, "is_superuser": False, "username": "ann",
    "first_name": "Ann", "last_name": "Lee", "email": "", "is_staff": False, "is_active": True,
    "date_joined": "2026-01-01T00:00:00Z", "groups": [], "user_permissions": [],
}  # fmt: skip


def read(content: bytes | str) -> list[Candidate | Verdict]:
    content = content.encode() if isinstance(content, str) else content
    return list(Dump(BufferedReader(BytesIO(content))))


def fixture(*fields: dict[str, Any], model: str = "auth.user") -> list[dict[str, Any]]:
    return [{"model": model, "pk": number, "fields": each} for number, each in enumerate(fields)]


def only(content: bytes | str) -> Candidate:
    (candidate,) = read(content)
    assert isinstance(candidate, Candidate)
    return candidate


def codes(content: bytes | str) -> list[tuple[int, str, str]]:
    """Return place, field and code of all that is refused."""
    return [
        (entry.place, violation.field, violation.code)
        for entry in read(content)
        if isinstance(entry, Verdict) and entry.outcome is Outcome.REFUSED
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
            "id, Username ,Password,NAME\n7,ann,$2b$ann,Ann Lee\n",
            "email,hashed_password,is_active,full_name\nann,$2b$ann,t,Ann Lee\n",
            "username,email,password,first_name,last_name\nann,ann@example.com,$2b$ann,Ann,Lee\n",
        ],
    )
    def test_is_read_whichever_way_it_is_written(self, content: str) -> None:
        assert only(content) == ANN

    def test_counts_lines_as_an_editor_does(self) -> None:
        places = [entry.place for entry in read('username,password,bio\na,b,"1\n2\n3"\n\nc,d,e\n')]
        assert places == [2, 6]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", "line 1: none of its columns is username or email"),
            ("ann,$2b$ann\n", "line 1: none of its columns is username or email"),
            ("username,fullname\n", "none of its columns is password_hash or hashed_password or password"),
            ("username,password,password\n", "line 1: two of its columns have one name"),
            (b"username,p\xe4ssword\n", "line 1: Must be UTF-8."),
            ("username,password\nann,x\n".encode("utf-16"), "it is in UTF-16; save it as UTF-8"),
            ("username,password\nann,x\n".encode("utf-32"), "it is in UTF-16; save it as UTF-8"),
            (f"username,password{',' * MOST_BYTES}\n", "line 1: Must have less than 65536 bytes."),
        ],
    )
    def test_is_not_begun_without_what_is_needed(self, content: bytes | str, told: str) -> None:
        with pytest.raises(DumpUnreadable, match=told):
            read(content)

    @pytest.mark.parametrize(
        ("line", "field", "code"),
        [
            (b"ann", "line", "wrong_columns"),
            (b"ann,x,y", "line", "wrong_columns"),
            (b"\xff,x", "line", "not_utf_8"),
            (b'"ann"n,x', "line", "not_csv"),
            (b"ann,x\ry,z", "line", "not_csv"),
            (b"a" * (MOST_BYTES + 5) + b",x", "line", "too_long"),
            (b"a" * (3 * MOST_BYTES) + b",x", "line", "too_long"),
        ],
    )
    def test_goes_on_behind_a_line_that_cannot_be_read(self, line: bytes, field: str, code: str) -> None:
        content = b"username,password\nann,x\n%s\nbob,x\n" % line
        assert codes(content) == [(3, field, code)]
        assert [entry.place for entry in read(content)] == [2, 3, 4]

    def test_finds_back_after_a_quotation_that_does_not_end(self) -> None:
        content = 'username,password\n"ann,x\n' + "bob,x\n" * 50_000
        assert codes(content) == [(2, "line", "not_csv")]
        assert len(read(content)) > 25_000
        assert codes('username,password\n"ann,x\nbob,x') == [(2, "line", "not_csv")]


class TestJsonLines:
    def test_holds_an_account_in_each_line(self) -> None:
        content = '{"username": "ann", "password": "$2b$ann", "fullname": "Ann Lee"}\n\n{"username": 1}\n'
        first, second = read("\n" + content)
        assert (first, second.place) == (ANN, 4)

    def test_may_be_a_dump_of_fastapi_users(self) -> None:
        record = {
            "id": "2b4b3e5e-0c1e-4f0c-9d5e-5d2a3b1c9f00",
            "email": "ann@example.com", "hashed_password": "$2b$ann",
            "is_active": False, "is_superuser": False, "is_verified": True,
        }  # fmt: skip
        candidate = only(json.dumps(record))
        assert (candidate.username, candidate.fullname) == ("ann@example.com", "ann@example.com")
        assert (candidate.password_hash, candidate.disabled) == ("$2b$ann", True)

    @pytest.mark.parametrize(
        ("line", "field", "code"),
        [
            (b"{", "line", "not_json"),
            (b'{"username": "\xff"}', "line", "not_utf_8"),
            (b"[1]", "line", "not_an_object"),
            (b"[" * 60_000, "line", "not_json"),
            (b'{"x": "' + b"x" * MOST_BYTES + b'"}', "line", "too_long"),
            (b'{"password": "x"}', "username", "missing"),
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
        assert [entry.place for entry in read(content)] == [1, 2, 3]

    def test_names_all_that_is_wrong(self) -> None:
        assert codes('{"is_active": 2}') == [
            (1, "username", "missing"),
            (1, "password", "missing"),
            (1, "is_active", "not_a_boolean"),
        ]


class TestFixture:
    @pytest.mark.parametrize("indent", [None, 2])
    def test_is_read_as_dumpdata_writes_it(self, indent: int | None) -> None:
        other = fixture({"name": "staff", "permissions": []}, model="auth.group")
        content = json.dumps([*other, *fixture(DJANGO_FIELDS)], indent=indent)
        passed_over, ann = read(content)
        assert passed_over == Verdict(1, Outcome.PASSED_OVER)
        assert ann == Candidate(
            place=2, username="ann", fullname="Ann Lee", password_hash="pbkdf2_sha256$ann"
        )
        lines = "\n".join(json.dumps(each) for each in [*other, *fixture(DJANGO_FIELDS)])
        assert read(lines) == [passed_over, ann]

    def test_may_have_a_model_of_its_own_for_users(self) -> None:
        content = json.dumps(fixture({"email": "ann", "password": "x"}, model="accounts.CustomUser"))
        assert only(content).username == "ann"

    def test_is_read_in_pieces(self) -> None:
        people = [DJANGO_FIELDS | {"username": f"ann{number}", "first_name": "名"} for number in range(2_000)]
        content = json.dumps(fixture(*people), ensure_ascii=False)
        assert len(content) > 8 * MOST_BYTES
        names = [entry.username for entry in read(content) if isinstance(entry, Candidate)]
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
            (b"", "entry 1: the file ends behind it"),
            (b", ", "entry 1: the file ends behind it"),
            (b", {", "entry 2: it is not JSON"),
            (b", x]", "entry 2: it is not JSON"),
            (b", {'a': 1}]", "entry 2: it is not JSON"),
            (b", " + b"[" * 60_000, "entry 2: it is not JSON"),
            (b', {"x": "' + b"x" * 3 * MOST_BYTES + b'"}]', "entry 2: it is not JSON, or longer"),
            (b', {"x": "\xff"}]', "it is not UTF-8"),
        ],
    )
    def test_stops_where_nothing_can_be_made_out(self, rest: bytes, told: str) -> None:
        with pytest.raises(DumpUnreadable, match=told):
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
            places = [entry.place for entry in read(bytes(damaged))]
        except DumpUnreadable:
            places = []
        assert places == sorted(places)
