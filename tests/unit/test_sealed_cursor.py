"""Sealed cursors of lists."""

from fastauth.domain.sealed_cursor import MAX_CURSOR_LENGTH, SealedCursors
from fastauth.domain.secret_key import SecretKey

OLD, NEW = SecretKey(b"o" * 32), SecretKey(b"n" * 32)
CURSORS = SealedCursors(NEW, OLD)


class TestSealedCursors:
    def test_position_is_read_again(self) -> None:
        for position in ((), (17,), (-1, "Ω", "x" * 64), (2**63, "")):
            assert CURSORS.open("users", CURSORS.seal("users", *position)) == position

    def test_cursor_of_an_older_secret_key_is_read(self) -> None:
        assert CURSORS.open("users", SealedCursors(OLD).seal("users", 17)) == (17,)
        assert SealedCursors(OLD).open("users", CURSORS.seal("users", 17)) is None

    def test_cursor_of_another_list_is_refused(self) -> None:
        cursor = CURSORS.seal("users", 17)
        assert CURSORS.open("users?role=admin", cursor) is None
        assert CURSORS.open("events", cursor) is None

    def test_list_name_and_position_do_not_run_into_each_other(self) -> None:
        assert CURSORS.open('a["b"', CURSORS.seal("a", "b")) is None

    def test_every_changed_character_is_refused(self) -> None:
        """That includes the last one, of which base64 ignores some bits."""
        cursor = CURSORS.seal("users", 1, "ann")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        changed = [
            f"{cursor[:place]}{other}{cursor[place + 1 :]}"
            for place in range(len(cursor))
            for other in alphabet
            if other != cursor[place]
        ]
        assert [text for text in changed if CURSORS.open("users", text) is not None] == []

    def test_other_text_is_refused(self) -> None:
        cursor = CURSORS.seal("users", 17)
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
            assert CURSORS.open("users", text) is None, text

    def test_long_position_fits(self) -> None:
        position = (2**63 - 1, "𐍈" * 50, "x" * 254)
        assert len(CURSORS.seal("users", *position)) <= MAX_CURSOR_LENGTH
