"""Cursors of the revocation feed."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harness.tables import row
from tests.text_strategies import text_of

from fastauth.domain.revocations.cursor import Cursor
from fastauth.domain.revocations.revocation import Revocation, RevocationKind

AT = datetime(2026, 11, 26, 12, 30, 1, 123456, tzinfo=UTC)


@pytest.mark.parametrize("place", [None, Revocation(AT, RevocationKind.SESSION, "f" * 32)])
def test_is_read_as_it_was_written(place: Revocation | None) -> None:
    cursor = Cursor(b"12345678", 7, AT, place)
    text = cursor.encode()
    assert Cursor.decode(text) == cursor
    assert len(text) <= 256
    assert text.replace("-", "").replace("_", "").isalnum()


@given(text_of("".join(map(chr, range(ord("-"), ord("z") + 1))), max_size=80))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    assert Cursor.decode(text) is None or isinstance(Cursor.decode(text), Cursor)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_cursor_or_none(content: bytes) -> None:
    text = urlsafe_b64encode(b"\x01" + content).rstrip(b"=").decode()
    found = Cursor.decode(text)
    assert found is None or Cursor.decode(found.encode()) == found


def test_is_read_as_it_was_written_whatever_its_last_character_is() -> None:
    for value in ("aW", "aWa", "aWaW", "aXaXa", "a=aXXX"):
        cursor = Cursor(b"12345678", 7, AT, Revocation(AT, RevocationKind.CLIENT, value))
        assert Cursor.decode(cursor.encode()) == cursor, value


def test_another_version_is_none() -> None:
    assert Cursor.decode("Ag" + Cursor(b"12345678", 7, AT).encode()[2:]) is None


def test_forged_place_is_printable_ascii() -> None:
    """PostgreSQL refuses a text with NUL: a forged cursor would be an internal error."""
    for value in ["\0", "a\0b", "\x1b", "é", ""]:
        with row(value):
            forged = Cursor(b"12345678", 7, AT, Revocation(AT, RevocationKind.SESSION, value)).encode()
            assert Cursor.decode(forged) is None
