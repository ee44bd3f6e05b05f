"""Sealed cursors of lists."""

import pytest

from fastauth.domain.errors import InvalidInput
from fastauth.domain.list_cursor import MAX_CURSOR_LENGTH, CursorCodec, ListPage
from fastauth.domain.secret_key import SecretKey

OLD, NEW = SecretKey(b"o" * 32), SecretKey(b"n" * 32)
CURSORS = CursorCodec(NEW, OLD)


class TestCursorCodec:
    def test_position_is_read_again(self) -> None:
        for position in ((), (17,), (-1, "Ω", "x" * 64), (2**63, "")):
            assert CURSORS.decode("users", CURSORS.encode("users", *position)) == position

    def test_cursor_of_an_older_secret_key_is_read(self) -> None:
        assert CURSORS.decode("users", CursorCodec(OLD).encode("users", 17)) == (17,)
        assert CursorCodec(OLD).decode("users", CURSORS.encode("users", 17)) is None

    def test_cursor_is_stable_across_versions(self) -> None:
        """A client may hold one while the service is updated."""
        cursor = "Ib9GndDYPsK0jLdELVJQ0FsxNywiYW5uIl0"
        assert CursorCodec(OLD).encode("users", 17, "ann") == cursor
        assert CursorCodec(OLD).decode("users", cursor) == (17, "ann")

    def test_cursor_of_another_list_is_refused(self) -> None:
        cursor = CURSORS.encode("users", 17)
        assert CURSORS.decode("users?role=admin", cursor) is None
        assert CURSORS.decode("events", cursor) is None

    def test_list_name_and_position_do_not_run_into_each_other(self) -> None:
        assert CURSORS.decode('a["b"', CURSORS.encode("a", "b")) is None

    def test_every_changed_character_is_refused(self) -> None:
        """That includes the last one, of which base64 ignores some bits."""
        cursor = CURSORS.encode("users", 1, "ann")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        changed = [
            f"{cursor[:place]}{other}{cursor[place + 1 :]}"
            for place in range(len(cursor))
            for other in alphabet
            if other != cursor[place]
        ]
        assert [text for text in changed if CURSORS.decode("users", text) is not None] == []

    def test_other_text_is_refused(self) -> None:
        cursor = CURSORS.encode("users", 17)
        for text in (
            "",
            "A",
            "AAAA",
            cursor + "=",
            cursor + "AA",
            cursor[:-1],
            " " + cursor,
            "é" * 40,
            "A" * 10_000,
        ):
            assert CURSORS.decode("users", text) is None, text

    def test_longest_cursor(self) -> None:
        longest = CURSORS.encode("users", "x" * 556)
        assert (len(longest), CURSORS.decode("users", longest)) == (MAX_CURSOR_LENGTH, ("x" * 556,))
        assert CURSORS.decode("users", CURSORS.encode("users", "x" * 557)) is None

    def test_long_position_fits(self) -> None:
        position = (2**63 - 1, "𐍈" * 50, "x" * 254)
        assert len(CURSORS.encode("users", *position)) <= MAX_CURSOR_LENGTH


class TestListPage:
    def test_goes_on_behind_the_last_item(self) -> None:
        """One more item than requested was found, unless this is the last page."""
        page = CURSORS.page("names", ["a", "b", "c"], limit=2, position=lambda each: (each,))
        assert page.items == ("a", "b")
        assert page.next
        assert CURSORS.position("names", page.next) == ("b",)
        for found in (["c", "d"], ["c"], []):
            last = CURSORS.page("names", found, limit=2, position=lambda each: (each,))
            assert last == ListPage(items=tuple(found)), found

    def test_first_page_has_no_cursor(self) -> None:
        assert CURSORS.position("names", None) is None

    def test_cursor_of_another_list(self) -> None:
        for cursor in ("", "made up", CURSORS.encode("others", "b")):
            with pytest.raises(InvalidInput) as error:
                CURSORS.position("names", cursor)
            assert [(each.field, each.code) for each in error.value.violations] == [("after", "not_a_place")]
