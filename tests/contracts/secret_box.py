"""What a `SecretBox` promises."""

from abc import ABC, abstractmethod

import pytest

from fastauth.domain.secret_box import SealedTextUnreadable, SecretBox

TEXT = "geheim \N{KEY} " * 100


class SecretBoxContract(ABC):
    @abstractmethod
    @pytest.fixture
    def before(self) -> SecretBox:
        """The box before the secret key changed."""

    @abstractmethod
    @pytest.fixture
    def between(self) -> SecretBox:
        """The box with the new secret key and the previous one."""

    @abstractmethod
    @pytest.fixture
    def after(self) -> SecretBox:
        """The box with the new secret key alone."""

    def test_opens_what_it_sealed(self, before: SecretBox) -> None:
        for text in ("", TEXT):
            assert before.open(before.seal(text, purpose="mail"), purpose="mail") == text

    def test_sealed_text_reveals_nothing(self, before: SecretBox) -> None:
        first, second = (before.seal(TEXT, purpose="mail") for _ in range(2))
        assert first != second
        assert "geheim" not in first

    def test_another_purpose(self, before: SecretBox) -> None:
        sealed = before.seal(TEXT, purpose="mail")
        with pytest.raises(SealedTextUnreadable):
            before.open(sealed, purpose="webhook")

    def test_damaged_text(self, before: SecretBox) -> None:
        sealed = before.seal(TEXT, purpose="mail")
        for damaged in ("", "x", sealed[1:], sealed[:-4], f"{sealed}\N{KEY}", "....", "e30....", "W10...."):
            with pytest.raises(SealedTextUnreadable):
                before.open(damaged, purpose="mail")

    def test_change_of_the_secret_key(self, before: SecretBox, between: SecretBox, after: SecretBox) -> None:
        old, new = before.seal(TEXT, purpose="mail"), between.seal(TEXT, purpose="mail")
        assert between.open(old, purpose="mail") == between.open(new, purpose="mail") == TEXT
        assert after.open(new, purpose="mail") == TEXT
        with pytest.raises(SealedTextUnreadable):
            after.open(old, purpose="mail")
        assert not before.needs_resealing(old)
        assert between.needs_resealing(old)
        assert not between.needs_resealing(new)
        assert after.needs_resealing("not a sealed text")
