"""Usernames and the PRECIS profile."""

import unicodedata

import pytest
from hypothesis import given
from precis_i18n import get_profile
from tests.builders import PROFILE
from tests.harness.tables import row
from tests.text_strategies import any_text, text_of

from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import InvalidInput

ASCII = "".join(map(chr, range(0x80)))


def refusal(act: object, *arguments: object) -> str:
    assert callable(act)
    with pytest.raises(InvalidInput) as refused:
        act(*arguments)
    return refused.value.violations[0].code


class TestUsername:
    def test_display_is_as_typed(self) -> None:
        for text in ["a", "a" * 50, "santosh", "O'Neil", "user@example.com", "名前", "ñ"]:
            with row(text):
                assert Username.parse(text, PROFILE).display == text

    def test_display_is_nfc(self) -> None:
        assert Username.parse("e\u0301", PROFILE).display == "é"

    def test_rejects(self) -> None:
        for text, code in [
            ("", "empty"),
            ("a" * 51, "too_long"),
            ("\ud800", "invalid_unicode"),
            ("a b", "not_allowed"),
            (" a", "not_allowed"),
            ("a\u00a0b", "not_allowed"),
            ("a\0", "not_allowed"),
            ("a\nb", "not_allowed"),
            ("a\u200bb", "not_allowed"),
            ("\u202eabc", "not_allowed"),
            ("a\u00adb", "not_allowed"),
            ("♚", "not_allowed"),
            ("אa", "not_allowed"),
            ("pаypal", "mixed_scripts"),
        ]:
            with row((text, code)):
                assert refusal(Username.parse, text, PROFILE) == code

    @given(any_text())
    def test_parse_existing_accepts_any_stored_name(self, text: str) -> None:
        recognised = Username.parse_existing(text, PROFILE)
        assert Username.parse_existing(recognised.display, PROFILE) == recognised

    def test_spellings_of_a_legacy_name_are_one(self) -> None:
        """As long as it has no more characters than a username that is allowed today."""
        longest = " " + "\u1f82" * 49  # which has four code points when it is decomposed
        for name in ("Mrs. \u00c9", longest):
            decomposed = unicodedata.normalize("NFD", name)
            assert Username.parse_existing(decomposed, PROFILE) == Username(name, f" {name}"), name

    def test_name_too_long_to_be_normalized_is_compared_by_its_text(self) -> None:
        """Such a name may be in an adopted table: its account can log in."""
        for name in ("e\u0301" * 101, "e" + "\u0301" * 60):
            assert Username.parse_existing(name, PROFILE) == Username(name, f" {name}"), name

    def test_legacy_name_never_equals_an_allowed_name(self) -> None:
        assert Username.parse_existing("san tosh", PROFILE).canonical == " san tosh"


class TestPrecisUsernameProfile:
    @pytest.mark.parametrize(
        "spellings",
        [
            ["alice", "Alice", "ALICE", "ＡＬＩＣＥ", "ａｌｉｃｅ", "Ａlice"],
            ["åsa", "Åsa", "A\u030asa", "a\u030asa", "\u212bsa"],
            ["иван", "ИВАН"],
        ],
    )
    def test_spellings_share_a_canonical_form(self, spellings: list[str]) -> None:
        assert len({PROFILE.canonicalize(spelling) for spelling in spellings}) == 1

    @given(text_of(ASCII, min_size=1, max_size=50))
    def test_ascii_names_match_precis(self, name: str) -> None:
        """Such names do not go through the profile's rules one by one."""
        try:
            expected = get_profile("UsernameCaseMapped").enforce(name)
        except UnicodeEncodeError:
            assert refusal(PROFILE.canonicalize, name) == "not_allowed"
        else:
            assert PROFILE.canonicalize(name) == expected

    def test_ascii_characters_match_identifier_class(self) -> None:
        """RFC 8264, section 9.11: U+0021 to U+007E."""
        for name in map(chr, range(0x80)):
            if "!" <= name <= "~":
                assert PROFILE.canonicalize(name) == name.lower()
            else:
                assert refusal(PROFILE.canonicalize, name) == "not_allowed"

    def test_accepts_scripts_of_one_writing_system(self) -> None:
        for name in ["たろう太郎タロー", "김철수金", "ㄅ漢", "user_1-2.3", "محمد١٢٣", "αβγ1"]:
            with row(name):
                assert PROFILE.canonicalize(name)

    def test_rejects_mixed_scripts(self) -> None:
        for name in ["аpple", "gооgle", "αlpha", "aー"]:
            with row(name):
                assert refusal(PROFILE.canonicalize, name) == "mixed_scripts"

    def test_confusable_name_equals_the_latin_name(self) -> None:
        """Homographs (UTS #39, whole-script confusables; CWE-1007)."""
        for latin, name in [
            ("scope", "ѕсоре"),
            ("scope", "ЅСОРЕ"),
            ("apple", "аррӏе"),
            ("tom", "ТОМ"),
            ("tom", "том"),
            ("boba", "Вова"),
            ("ë", "ё"),
            ("op", "ор"),
            ("op", "ορ"),
            ("nikoz_1", "ΝΙΚΟΖ_1"),
            ("hello", "ꓧꓰꓡꓡꓳ"),
        ]:
            with row((latin, name)):
                assert PROFILE.canonicalize(name) == PROFILE.canonicalize(latin)

    def test_partly_confusable_name_is_distinct(self) -> None:
        for name in ["иван", "дмитрий", "σοφία", "γιώργος", "שלום", "ամալ", "საბა", "นภา"]:
            with row(name):
                assert PROFILE.canonicalize(name) == name

    @given(text_of("abcахорсеіѕјһԁνοικ.1\u0483\u0301", min_size=1, max_size=8))
    def test_canonical_form_is_idempotent_for_confusables(self, text: str) -> None:
        try:
            key = PROFILE.canonicalize(unicodedata.normalize("NFC", text))
        except InvalidInput:
            return
        assert PROFILE.canonicalize(key) == key
        assert PROFILE.canonicalize(key.upper()) == key

    @given(any_text(min_size=1, max_size=50))
    def test_is_idempotent(self, text: str) -> None:
        try:
            key = PROFILE.canonicalize(unicodedata.normalize("NFC", text.encode(errors="replace").decode()))
        except InvalidInput:
            return
        assert PROFILE.canonicalize(key) == key
        assert " " not in key
