"""Errors, violations and the lengths of text."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from tests.builders import PROFILE, a_full_name, a_password, a_policy, a_username
from tests.text_strategies import text_of

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import (
    InvalidInput,
    ShuttingDown,
    StorageUnavailable,
    Violation,
    ViolationCollector,
)
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
            (
                a_full_name,
                "\u200b",
                Violation("fullname", "invisible", "Must have at least one visible character."),
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
    def test_message_says_what_to_do(
        self, act: Callable[[str], object], text: str, violation: Violation
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            act(text)
        assert refused.value.violations == (violation,)
        assert str(refused.value) == f"{violation.field}: {violation.detail}"

    def test_error_lists_all_violations(self) -> None:
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
    def test_lone_surrogate_names_its_field(self, act: Callable[[str], object], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            act("\ud800")
        assert refused.value.violations == (
            Violation(field, "invalid_unicode", "Must not contain half of a surrogate pair."),
        )


class TestTextLength:
    """The length of a text is judged before it is normalised, which may be quadratic (CWE-407)."""

    def test_long_text_with_lone_surrogate(self) -> None:
        assert refusal(Username.parse_existing, "x" * 500 + "\ud800", PROFILE) == "invalid_unicode"

    @pytest.mark.parametrize(("act", "most"), [(a_username, 50), (a_full_name, 50), (a_password, 256)])
    @pytest.mark.parametrize(("before", "repeated"), [("aaa", "a"), ("a", "\u0315"), ("aa\u0300", "\u0315")])
    def test_too_many_combining_marks(
        self, act: Callable[[str], object], most: int, before: str, repeated: str
    ) -> None:
        assert refusal(act, before + repeated * (most + 3)) == "too_long"

    def test_marks_are_counted_in_every_row(self) -> None:
        """Three marks of a row may compose with the character before them; each further one stays."""
        at_most = "a" + "\u0315" * 13
        assert normalize_nfc(at_most + "a" + "\u0315" * 3, field="username", maximum=10)
        for text in (at_most + "\u0315", at_most + "a" + "\u0315" * 4):
            with pytest.raises(InvalidInput) as refused:
                normalize_nfc(text, field="username", maximum=10)
            assert refused.value.violations == (
                Violation("username", "too_long", "Must have at most 10 characters."),
            )

    @given(text_of("aα\u0315\u0300\u0313\u0345\u0308\u0344\u1112\u1161\u11ab\u09c7\u09be\u09d7", max_size=60))
    def test_text_that_fits_after_composition(self, text: str) -> None:
        composed = unicodedata.normalize("NFC", text)
        assert normalize_nfc(text, field="username", maximum=len(composed)) == composed

    def test_longest_decomposition(self) -> None:
        decompositions = [unicodedata.normalize("NFD", chr(number)) for number in range(0x30000)]
        assert max(map(len, decompositions)) == MAX_DECOMPOSITION
        assert Password.parse("\u03b1\u0313\u0300\u0345" * 256).text == "\u1f82" * 256

    @pytest.mark.parametrize("text", ["a" * 201, "e\u0301" * 101])
    def test_legacy_username_has_no_maximum(self, text: str) -> None:
        assert Username.parse_existing(text, PROFILE) == Username(text, f" {text}")

    def test_full_name_is_trimmed_first(self) -> None:
        assert FullName.parse(" " * 500 + "Ann" + " " * 500).text == "Ann"


class TestViolationCollector:
    def test_other_errors_pass(self) -> None:
        with pytest.raises(StorageUnavailable), ViolationCollector() as noting, noting:
            raise StorageUnavailable


class TestRetryAfter:
    def test_rounds_up_to_a_second(self) -> None:
        assert TooManyRequests(after=timedelta(0)).retry_after == 1
        assert TooManyRequests(after=timedelta(seconds=2.1)).retry_after == 3
        assert StorageUnavailable().retry_after == ShuttingDown().retry_after == 1
        assert HashingOverloaded(retry_after=3).retry_after == 3


class TestStorageUnavailable:
    def test_reason_is_not_the_message(self) -> None:
        error = StorageUnavailable(reason="connection refused by 192.0.2.1")
        assert error.reason == "connection refused by 192.0.2.1"
        assert "192.0.2.1" not in str(error) + error.detail
        assert StorageUnavailable().reason == ""
