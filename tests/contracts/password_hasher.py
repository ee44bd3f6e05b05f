"""What a `PasswordHasher` promises."""

from abc import ABC, abstractmethod

import pytest
from tests.builders import a_password

from fastauth.domain.errors import InvalidCredentials
from fastauth.domain.ports import PasswordHasher


class PasswordHasherContract(ABC):
    @abstractmethod
    @pytest.fixture
    def hasher(self) -> PasswordHasher: ...

    async def test_does_not_give_the_password_away(self, hasher: PasswordHasher) -> None:
        hashed = await hasher.hash(a_password("canary-4711"))
        assert "canary-4711" not in hashed.encoded
        assert hashed.encoded not in repr(hashed)

    async def test_hashes_one_password_differently_each_time(self, hasher: PasswordHasher) -> None:
        assert await hasher.hash(a_password()) != await hasher.hash(a_password())

    @pytest.mark.parametrize("text", ["x", "\0", "päss wörd", "\U0001f600" * 256, " " * 8])
    async def test_takes_any_password(self, hasher: PasswordHasher, text: str) -> None:
        hashed = await hasher.hash(a_password(text))
        assert await hasher.verify(a_password(text), hashed) == hashed

    @pytest.mark.parametrize("other", ["sntsh ", " sntsh", "Sntsh", "snts", "sntsh\0", "sntshh", "x"])
    async def test_tells_other_passwords_apart(self, hasher: PasswordHasher, other: str) -> None:
        hashed = await hasher.hash(a_password("sntsh"))
        with pytest.raises(InvalidCredentials):
            await hasher.verify(a_password(other), hashed)

    @pytest.mark.parametrize(("length", "at"), [(64, 63), (73, 72), (256, 255)])
    async def test_looks_at_every_character(self, hasher: PasswordHasher, length: int, at: int) -> None:
        text = "p" * length
        hashed = await hasher.hash(a_password(text))
        with pytest.raises(InvalidCredentials):
            await hasher.verify(a_password(text[:at] + "q" + text[at + 1 :]), hashed)

    async def test_has_a_hash_of_nobody_that_fits_nothing(self, hasher: PasswordHasher) -> None:
        with pytest.raises(InvalidCredentials):
            await hasher.verify(a_password(), None)
