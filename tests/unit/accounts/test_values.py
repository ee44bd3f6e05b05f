"""The value objects: what they accept, what they refuse, what they show."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from precis_i18n import get_profile
from tests.builders import PROFILE, a_full_name, a_password, a_policy, a_username

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import InvalidInput, StorageUnavailable, Violation, ViolationCollector
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.passwords.password import Password
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.text import MAX_DECOMPOSITION, normalize_nfc


def refusal(act: object, *arguments: object) -> str:
    assert callable(act)
    with pytest.raises(InvalidInput) as refused:
        act(*arguments)
    return refused.value.violations[0].code


class TestViolation:
    @pytest.mark.parametrize(
        ("act", "text", "violation"),
        [
            (a_username, "", Violation("username", "empty", "Must not be empty.")),
            (a_username, "a" * 51, Violation("username", "too_long", "Must have at most 50 characters.")),
            (a_full_name, " ", Violation("fullname", "empty", "Must not be empty.")),
            (a_full_name, "x" * 51, Violation("fullname", "too_long", "Must have at most 50 characters.")),
            (
                a_full_name,
                "a\0",
                Violation("fullname", "control_character", "Must not contain control characters."),
            ),
            (a_password, "", Violation("password", "empty", "Must not be empty.")),
            (a_password, "p" * 257, Violation("password", "too_long", "Must have at most 256 characters.")),
            (
                a_policy(min_length=8).check,
                "seven77",
                Violation("password", "too_short", "Must have at least 8 characters."),
            ),
            (
                a_policy(common={"iloveyou1"}).check,
                "iloveyou1",
                Violation("password", "breached_or_common", "Too many people use this password."),
            ),
            (
                a_policy(reject_user_attributes=True).check,
                "fastauth1",
                Violation("password", "contains_user_data", "Must not be built on the account's own words."),
            ),
            (
                a_policy(context_words=("Acme Corp",)).check,
                "ACMECORP2026!",
                Violation("password", "too_guessable", "Must not be built on a word of the organisation."),
            ),
            (
                a_policy(breached={"Tr0ub4dor&3"}).check,
                "Tr0ub4dor&3",
                Violation("password", "breached", "This password was found in a published breach."),
            ),
        ],
    )
    def test_tells_a_person_what_to_do(
        self, act: Callable[[str], object], text: str, violation: Violation
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            act(text)
        assert refused.value.violations == (violation,)
        assert str(refused.value) == f"{violation.field}: {violation.detail}"

    def test_is_named_beside_the_others(self) -> None:
        refusal = InvalidInput(Violation("a", "empty", "Is empty."), Violation("b", "too_long", "Is long."))
        assert str(refusal) == "a: Is empty. b: Is long."

    @pytest.mark.parametrize(
        ("act", "field"),
        [
            (a_username, "username"),
            (lambda text: Username.parse_existing(text, PROFILE), "username"),
            (a_full_name, "fullname"),
            (a_password, "password"),
        ],
    )
    def test_names_the_field_that_holds_half_a_character(
        self, act: Callable[[str], object], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            act("\ud800")
        assert refused.value.violations == (
            Violation(field, "invalid_unicode", "Half of a surrogate pair is not a character."),
        )


class TestLength:
    """The length of a text is judged before it is normalised, which may be quadratic (CWE-407)."""

    def test_hides_no_half_of_a_character(self) -> None:
        assert refusal(Username.parse_existing, "x" * 500 + "\ud800", PROFILE) == "invalid_unicode"

    @pytest.mark.parametrize(("act", "most"), [(a_username, 50), (a_full_name, 50), (a_password, 256)])
    @pytest.mark.parametrize(("before", "repeated"), [("aaa", "a"), ("a", "\u0315"), ("aa\u0300", "\u0315")])
    def test_counts_marks_that_no_letter_takes_in(
        self, act: Callable[[str], object], most: int, before: str, repeated: str
    ) -> None:
        assert refusal(act, before + repeated * (most + 3)) == "too_long"

    @given(st.text("aα\u0315\u0300\u0313\u0345\u0308\u0344\u1112\u1161\u11ab\u09c7\u09be\u09d7", max_size=60))
    def test_refuses_nothing_that_fits_once_it_is_composed(self, text: str) -> None:
        composed = unicodedata.normalize("NFC", text)
        assert normalize_nfc(text, field="username", maximum=len(composed)) == composed

    def test_allows_for_the_longest_decomposition(self) -> None:
        decompositions = [unicodedata.normalize("NFD", chr(number)) for number in range(0x30000)]
        assert max(map(len, decompositions)) == MAX_DECOMPOSITION
        assert Password.parse("\u03b1\u0313\u0300\u0345" * 256).text == "\u1f82" * 256

    @pytest.mark.parametrize("text", ["a" * 201, "e\u0301" * 101])
    def test_of_a_name_from_before_has_no_bound(self, text: str) -> None:
        assert Username.parse_existing(text, PROFILE) == Username(text, f" {text}")

    def test_of_a_full_name_does_not_count_the_white_space_around_it(self) -> None:
        assert FullName.parse(" " * 500 + "Ann" + " " * 500).text == "Ann"


class TestGatheredViolations:
    def test_lets_pass_whatever_else_goes_wrong(self) -> None:
        with pytest.raises(StorageUnavailable), ViolationCollector() as noting, noting:
            raise StorageUnavailable


class TestLater:
    def test_says_when_to_ask_again(self) -> None:
        assert TooManyRequests(after=timedelta(0)).retry_after == 1
        assert TooManyRequests(after=timedelta(seconds=2.1)).retry_after == 3
        assert StorageUnavailable().retry_after == 1
        assert HashingOverloaded(retry_after=3).retry_after == 3


class TestUsername:
    @pytest.mark.parametrize("text", ["a", "a" * 50, "santosh", "O'Neil", "user@example.com", "名前", "ñ"])
    def test_keeps_the_spelling(self, text: str) -> None:
        assert Username.parse(text, PROFILE).display == text

    def test_composes_what_was_decomposed(self) -> None:
        assert Username.parse("e\u0301", PROFILE).display == "é"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
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
        ],
    )
    def test_refuses(self, text: str, code: str) -> None:
        assert refusal(Username.parse, text, PROFILE) == code

    @given(st.text())
    def test_recognises_any_name_that_was_ever_registered(self, text: str) -> None:
        recognised = Username.parse_existing(text, PROFILE)
        assert Username.parse_existing(recognised.display, PROFILE) == recognised

    def test_keeps_a_name_from_before_apart_from_every_name_of_today(self) -> None:
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
    def test_gives_the_spellings_of_one_name_one_key(self, spellings: list[str]) -> None:
        assert len({PROFILE.canonicalize(spelling) for spelling in spellings}) == 1

    @given(st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=50))
    def test_gives_names_of_ascii_the_keys_of_the_profile(self, name: str) -> None:
        """Such names do not go through the profile's rules one by one."""
        try:
            expected = get_profile("UsernameCaseMapped").enforce(name)
        except UnicodeEncodeError:
            assert refusal(PROFILE.canonicalize, name) == "not_allowed"
        else:
            assert PROFILE.canonicalize(name) == expected

    def test_allows_of_ascii_what_the_identifier_class_allows(self) -> None:
        """RFC 8264, section 9.11: U+0021 to U+007E."""
        for name in map(chr, range(0x80)):
            if "!" <= name <= "~":
                assert PROFILE.canonicalize(name) == name.lower()
            else:
                assert refusal(PROFILE.canonicalize, name) == "not_allowed"

    @pytest.mark.parametrize(
        "name", ["たろう太郎タロー", "김철수金", "ㄅ漢", "user_1-2.3", "محمد١٢٣", "αβγ1"]
    )
    def test_allows_the_scripts_that_one_writing_system_uses_together(self, name: str) -> None:
        assert PROFILE.canonicalize(name)

    @pytest.mark.parametrize("name", ["аpple", "gооgle", "αlpha", "aー"])
    def test_refuses_letters_of_two_scripts(self, name: str) -> None:
        assert refusal(PROFILE.canonicalize, name) == "mixed_scripts"

    @pytest.mark.parametrize(
        ("latin", "name"),
        [
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
        ],
        ids=ascii,
    )
    def test_takes_a_look_alike_of_another_script_for_the_latin_name(self, latin: str, name: str) -> None:
        """Homographs (UTS #39, whole-script confusables; CWE-1007)."""
        assert PROFILE.canonicalize(name) == PROFILE.canonicalize(latin)

    @pytest.mark.parametrize("name", ["иван", "дмитрий", "σοφία", "γιώργος", "שלום", "ամալ", "საბა", "นภา"])
    def test_leaves_a_name_of_which_a_letter_looks_like_no_latin_one(self, name: str) -> None:
        assert PROFILE.canonicalize(name) == name

    @given(st.text("abcахорсеіѕјһԁνοικ.1\u0483\u0301", min_size=1, max_size=8))
    def test_gives_look_alikes_keys_that_are_their_own(self, text: str) -> None:
        try:
            key = PROFILE.canonicalize(unicodedata.normalize("NFC", text))
        except InvalidInput:
            return
        assert PROFILE.canonicalize(key) == key
        assert PROFILE.canonicalize(key.upper()) == key

    @given(st.text(min_size=1, max_size=50))
    def test_is_idempotent(self, text: str) -> None:
        try:
            key = PROFILE.canonicalize(unicodedata.normalize("NFC", text.encode(errors="replace").decode()))
        except InvalidInput:
            return
        assert PROFILE.canonicalize(key) == key
        assert " " not in key


class TestFullName:
    @pytest.mark.parametrize("text", ["A", "x" * 50, "Ann-Marie O'Neil", "محمد", "👩‍👩‍👧", "Dr. 名"])
    def test_keeps(self, text: str) -> None:
        assert FullName.parse(text).text == text

    def test_loses_the_white_space_around_it(self) -> None:
        assert FullName.parse(" \t" + "x" * 50 + "\u3000\n").text == "x" * 50

    @pytest.mark.parametrize(
        ("text", "code"),
        [
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
        ],
    )
    def test_refuses(self, text: str, code: str) -> None:
        assert refusal(FullName.parse, text) == code


class TestPassword:
    @pytest.mark.parametrize("text", ["a", " a ", "\0", "\U0001f600" * 256, "ﬁ", "ＡＢＣ", "P\u00ad"])
    def test_is_taken_as_sent(self, text: str) -> None:
        assert Password.parse(text).text == text

    def test_is_composed(self) -> None:
        assert Password.parse("e\u0301") == Password.parse("é")

    @pytest.mark.parametrize(
        ("text", "code"), [("", "empty"), ("p" * 257, "too_long"), ("\udc00", "invalid_unicode")]
    )
    def test_refuses(self, text: str, code: str) -> None:
        assert refusal(Password.parse, text) == code

    def test_does_not_show_itself(self) -> None:
        assert "canary" not in repr(Password.parse("canary"))


class TestPasswordPolicy:
    @pytest.mark.parametrize("text", ["\U0001f600" * 8, "ninechars", "        "])
    def test_counts_code_points(self, text: str) -> None:
        assert a_policy(min_length=8).check(text).text == text

    @pytest.mark.parametrize("text", ["seven77", "e\u0301" * 7])
    def test_refuses_what_is_too_short_once_composed(self, text: str) -> None:
        assert refusal(a_policy(min_length=8).check, text) == "too_short"

    @pytest.mark.parametrize("text", ["iloveyou1", "ILoveYou1"])
    def test_refuses_what_many_people_use(self, text: str) -> None:
        assert refusal(a_policy(common={"iloveyou1"}).check, text) == "breached_or_common"

    @pytest.mark.parametrize(
        "text",
        ["santosh", "SANTOSH2026!", "kumar123", "santoshkumar", "Santosh Kumar", "fastauth1", "..Kumar.."],
    )
    def test_refuses_the_accounts_own_words(self, text: str) -> None:
        policy = a_policy(reject_user_attributes=True)
        with pytest.raises(InvalidInput) as refused:
            policy.check(text, user_attributes=("santosh", "Santosh Kumar"))
        assert refused.value.violations[0].code == "contains_user_data"

    @pytest.mark.parametrize("text", ["a santosh of my own", "12345678", "correct horse"])
    def test_allows_the_rest(self, text: str) -> None:
        policy = a_policy(reject_user_attributes=True)
        assert policy.check(text, user_attributes=("santosh", "007")).text == text

    def test_shows_no_list(self) -> None:
        assert "iloveyou" not in repr(a_policy(common={"iloveyou"}))
