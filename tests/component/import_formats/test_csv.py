"""CSV files with accounts of other systems."""

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.component.import_formats.reading import ANN, NOW, error_codes, read, read_one

from fastauth.application.accounts.import_record import ImportRecord
from fastauth.entrypoints.import_formats import Columns, ImportNotes, UnreadableFile
from fastauth.entrypoints.import_formats.text_lines import MAX_RECORD_BYTES


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
    def test_dialects_and_column_names(self, content: str) -> None:
        assert replace(read_one(content), email=None) == ANN

    @pytest.mark.parametrize("before", ["sep=;\r\n", "\r\n", "\n\n", '"sep=;"\n', "\nSEP=;\n"])
    def test_lines_before_header(self, before: str) -> None:
        (ann,) = read(before + "username;password;fullname\r\nann;$2b$ann;Ann Lee\r\n")
        assert ann == replace(ANN, position=before.count("\n") + 2)

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_encodings_with_byte_order_mark(self, encoding: str, end: str) -> None:
        """Also beyond the first bytes, by which the encoding is found."""
        rows = [f"änn{number},$2b$ann" for number in range(5_000)]
        content = end.join(["username,password", *rows]).encode(encoding)
        assert len(content) > MAX_RECORD_BYTES
        found = read(content)
        assert len(found) == 5_000
        assert found[-1] == ImportRecord(
            position=5_001, username="änn4999", fullname="änn4999", password_hash="$2b$ann"
        )

    def test_columns_named_by_operator(self) -> None:
        columns = Columns(
            called={"username": "Kennung", "password": "geheim", "disabled": "weg"},
            ignored=frozenset({"status"}),
        )
        content = "kennung,Geheim,username,weg,status\nann,$2b$ann,x,1,perhaps\n"
        record = read_one(content, columns=columns)
        assert (record.username, record.password_hash) == ("ann", "$2b$ann")
        assert record.disabled_since == NOW
        with pytest.raises(UnreadableFile, match="line 1: none of its columns is Kennung"):
            read("username,password\n", columns=columns)

    def test_notes_unread_columns_and_trimmed_values(self) -> None:
        notes = ImportNotes()
        content = "username,password,bio,Last Login\nann ,x,a,b\nbob,x,c,d\n"
        assert len(read(content, notes=notes)) == 2
        assert ([*notes.unread], notes.trimmed) == (["bio", "Last Login"], 1)

    def test_record_length_is_limited(self) -> None:
        content = "username,password\n" + '"\n123",' * 40_000
        places = [place for place, _, code in error_codes(content) if code == "not_csv"]
        assert places[0] == 2
        assert (
            max(after - before for before, after in pairwise([*places, 40_002])) <= 2 * MAX_RECORD_BYTES // 7
        )

    def test_positions_are_line_numbers(self) -> None:
        places = [entry.position for entry in read('username,password,bio\na,b,"1\n2\n3"\n\nc,d,e\n')]
        assert places == [2, 6]

    @pytest.mark.parametrize(
        ("content", "message"),
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
    def test_unreadable_header(self, content: bytes | str, message: str) -> None:
        with pytest.raises(UnreadableFile, match=message):
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
    def test_continues_after_invalid_line(self, line: bytes, field: str, code: str) -> None:
        content = b"username,password\nann,x\n%s\nbob,x\n" % line
        assert error_codes(content) == [(3, field, code)]
        assert [entry.position for entry in read(content)] == [2, 3, 4]

    def test_recovers_from_unclosed_quote(self) -> None:
        """No more is lost than a record may have."""
        bob, number = "bob,x\n", 12_000
        content = 'username,password\n"ann,x\n' + bob * number
        assert error_codes(content) == [(2, "line", "not_csv")]
        assert len(read(content)) > number - MAX_RECORD_BYTES // len(bob)
        assert error_codes('username,password\n"ann,x\nbob,x') == [(2, "line", "not_csv")]
