"""The language tag of an account."""

import pytest

from fastauth.domain.accounts.locale import parse_locale
from fastauth.domain.errors import InvalidInput, Violation

LONGEST = "de" + "-abcdefgh" * 3 + "-abcde"


class TestParseLocale:
    def test_tag_is_kept_as_it_was_sent(self) -> None:
        for text in ("de", "pt-BR", "zh-Hant-TW", "EN-us", "abcdefgh", LONGEST):
            assert parse_locale(text) == text
        assert len(LONGEST) == 35

    def test_other_text_is_refused(self) -> None:
        for text in ("", "d", "abcdefghi", "de_DE", "de-", "de-abcdefghi", "1a", "dé", "de\n", LONGEST + "f"):
            with pytest.raises(InvalidInput) as refused:
                parse_locale(text)
            assert refused.value.violations == (
                Violation("locale", "not_allowed", "Must be a language tag (BCP 47) such as de or pt-BR."),
            ), text
