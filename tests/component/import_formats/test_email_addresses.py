"""Which columns of other systems hold e-mail addresses, and which show that they are verified."""

from tests.component.import_formats.reading import BEFORE, LATER, read, read_one

from fastauth.application.accounts.import_record import ImportRecord
from fastauth.entrypoints.import_formats import Columns

VERIFIED = {
    "true": True,
    "t": True,
    "1": True,
    "YES": True,
    BEFORE: True,
    "2025-01-01 00:00:00": True,
    "1735689600": True,
    "false": False,
    "f": False,
    "0": False,
    "": False,
    "NULL": False,
    "maybe": False,
    LATER: False,
    "0000-00-00 00:00:00": False,
}


class TestEmailColumns:
    def test_fastapi_users(self) -> None:
        line = (
            '{"email": "Dave@example.com", "hashed_password": "$2b$", "is_active": true, "is_verified": %s}\n'
        )
        proved, other = read(line % "true" + line % "false")
        assert isinstance(proved, ImportRecord)
        assert isinstance(other, ImportRecord)
        assert (proved.username, proved.email) == ("Dave@example.com", "Dave@example.com")
        assert (proved.email_verified, other.email_verified) == (True, False)

    def test_values_that_mean_verified(self) -> None:
        header = "username,password_hash,email,email_verified\n"
        found = {
            value: read_one(f"{header}ann,$2b$ann, ann@example.com ,{value}\n").email_verified
            for value in VERIFIED
        }
        assert found == VERIFIED

    def test_names_of_verified_columns(self) -> None:
        for name in ("emailVerified", "EmailConfirmed", "is_verified", "email_verified_at", "confirmed_at"):
            record = read_one(f"username,password,email,{name}\nann,$2b$ann,a@example.com,{BEFORE}\n")
            assert record.email_verified, name
        for name in ("verified", "phone_verified", "notes"):
            record = read_one(f"username,password,email,{name}\nann,$2b$ann,a@example.com,{BEFORE}\n")
            assert not record.email_verified, name

    def test_empty_or_missing_column_gives_no_address(self) -> None:
        for header in ("email", "notes"):
            record = read_one(f"username,password,{header}\nann,$2b$ann,\n")
            assert (record.email, record.email_verified) == (None, False)

    def test_operator_names_the_columns(self) -> None:
        columns = Columns(called={"email": "kontakt", "email_verified": "geprueft", "username": "email"})
        content = "email,password,kontakt,geprueft\nann,$2b$ann,ann@example.com,1\n"
        record = read_one(content, columns=columns)
        assert (record.username, record.email, record.email_verified) == ("ann", "ann@example.com", True)

    def test_column_that_also_says_active(self) -> None:
        columns = Columns(called={"active": "email_verified"})
        content = "username,password,email,email_verified\nann,$2b$ann,ann@example.com,false\n"
        record = read_one(content, columns=columns)
        assert record.disabled_since
        assert not record.email_verified
