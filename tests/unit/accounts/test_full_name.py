"""Full names."""

import pytest
from tests.harness.tables import row

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.errors import InvalidInput


def refusal(act: object, *arguments: object) -> str:
    assert callable(act)
    with pytest.raises(InvalidInput) as refused:
        act(*arguments)
    return refused.value.violations[0].code


class TestFullName:
    def test_accepts(self) -> None:
        for text in ["A", "x" * 50, "Ann-Marie O'Neil", "محمد", "👩‍👩‍👧", "Dr. 名"]:
            with row(text):
                assert FullName.parse(text).text == text

    def test_trims_white_space(self) -> None:
        assert FullName.parse(" \t" + "x" * 50 + "\u3000\n").text == "x" * 50

    def test_rejects(self) -> None:
        for text, code in [
            ("", "empty"),
            (" \u2003\n", "empty"),
            ("x" * 51, "too_long"),
            ("a\0b", "control_character"),
            ("a\x1b[2Jb", "control_character"),
            ("a\r\nb", "control_character"),
            ("a\u2028b", "control_character"),
            ("a\u202eb", "control_character"),
            ("\u200b", "invisible"),
            ("\u200e\u200f", "invisible"),
            ("\u00ad", "invisible"),
            ("\u3164", "invisible"),
            ("\u115f\u1160\uffa0", "invisible"),
            ("\u2800", "invisible"),
            ("\u0301\u0300", "invisible"),
            ("\u2060\ufeff", "invisible"),
            ("\U000e0041", "invisible"),
            ("\ufe0f\u200d", "invisible"),
            ("\ue000", "invisible"),
            ("\udfff", "invalid_unicode"),
        ]:
            with row((text, code)):
                assert refusal(FullName.parse, text) == code
