"""Passwords, and the policy for new ones."""

import pytest
from tests.builders import a_policy
from tests.harness.tables import row

from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.password import Password


def refusal(act: object, *arguments: object) -> str:
    assert callable(act)
    with pytest.raises(InvalidInput) as refused:
        act(*arguments)
    return refused.value.violations[0].code


class TestForms:
    def test_text_as_sent_comes_first(self) -> None:
        """Another system may have hashed it before it was normalized."""
        assert Password.parse("e\u0301").forms == ("e\u0301", "\u00e9")
        assert Password.parse("\u00e9").forms == ("\u00e9",)


class TestForVerification:
    def test_password_that_no_account_has_is_hashed_as_an_empty_one(self) -> None:
        """So a password of a megabyte costs no more than another wrong one."""
        for text in ("", "p" * 257, "\ud800"):
            assert Password.for_verification(text) == (Password(""), False), ascii(text)[:9]
        assert Password.for_verification("p" * 256) == (Password("p" * 256), True)


class TestPassword:
    def test_text_is_as_sent(self) -> None:
        for text in ["a", " a ", "\0", "\U0001f600" * 256, "ﬁ", "ＡＢＣ", "P\u00ad"]:
            with row(text):
                assert Password.parse(text).text == text

    def test_text_is_nfc(self) -> None:
        assert Password.parse("e\u0301") == Password.parse("é")

    @pytest.mark.parametrize(
        ("text", "code"), [("", "empty"), ("p" * 257, "too_long"), ("\udc00", "invalid_unicode")]
    )
    def test_rejects(self, text: str, code: str) -> None:
        assert refusal(Password.parse, text) == code

    def test_repr_hides_text(self) -> None:
        assert "canary" not in repr(Password.parse("canary"))


class TestPasswordPolicy:
    @pytest.mark.parametrize("text", ["\U0001f600" * 8, "ninechars", "        "])
    def test_length_counts_code_points(self, text: str) -> None:
        assert a_policy(min_length=8).check(text).text == text

    @pytest.mark.parametrize("text", ["seven77", "e\u0301" * 7])
    def test_length_counts_after_composition(self, text: str) -> None:
        assert refusal(a_policy(min_length=8).check, text) == "too_short"

    @pytest.mark.parametrize("text", ["iloveyou1", "ILoveYou1"])
    def test_rejects_common_passwords(self, text: str) -> None:
        assert refusal(a_policy(common={"iloveyou1"}).check, text) == "breached_or_common"

    def test_rejects_user_attributes(self) -> None:
        for text in [
            "santosh",
            "SANTOSH2026!",
            "kumar123",
            "santoshkumar",
            "Santosh Kumar",
            "fastauth1",
            "..Kumar..",
        ]:
            with row(text):
                policy = a_policy(reject_user_attributes=True)
                with pytest.raises(InvalidInput) as refused:
                    policy.check(text, user_attributes=("santosh", "Santosh Kumar"))
                assert refused.value.violations[0].code == "contains_user_data"

    @pytest.mark.parametrize("text", ["a santosh of my own", "12345678", "correct horse"])
    def test_accepts_other_passwords(self, text: str) -> None:
        policy = a_policy(reject_user_attributes=True)
        assert policy.check(text, user_attributes=("santosh", "007")).text == text

    def test_repr_hides_blocklists(self) -> None:
        assert "iloveyou" not in repr(a_policy(common={"iloveyou"}))
