"""What a terminal is given to show."""

import pytest
from rich.table import Table

from fastauth.entrypoints.cli.output import add_row, show
from fastauth.entrypoints.text import escape_control_characters


class TestEscapeControlCharacters:
    @pytest.mark.parametrize("text", ["santosh", "Zoë O'Brien", "名 \U0001f600", "می\u200cخواهم", "[red]"])
    def test_visible_text_is_unchanged(self, text: str) -> None:
        assert escape_control_characters(text) == text

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("\x1b[2J", r"\x1b[2J"),
            ("a\nb", r"a\nb"),
            ("a\r", r"a\r"),
            ("\x9b31m", r"\x9b31m"),
            ("\u202eknna", r"\u202eknna"),
            ("\u2028", r"\u2028"),
            ("\u200b", r"\u200b"),
            ("\0", r"\x00"),
            (r"\n", r"\\n"),
        ],
    )
    def test_control_characters_are_escaped(self, text: str, shown: str) -> None:
        assert escape_control_characters(text) == shown


class TestTable:
    def test_text_is_not_markup_and_not_folded_in_a_pipe(self, capsys: pytest.CaptureFixture[str]) -> None:
        table = Table("name", "full name")
        add_row(table, "[bold]ann[/bold]", "\x1b]0;title\a" * 20)
        show(table)
        output = capsys.readouterr().out
        escaped = r"\x1b]0;title\x07" * 20
        assert f"│ [bold]ann[/bold] │ {escaped} │" in output
        assert "\x1b" not in output
        assert output.count("\n") == 5
