"""What a `PasswordHasher` promises."""

from abc import ABC, abstractmethod

import pytest
from tests.builders import a_password

from fastauth.domain.ports import PasswordHasher


class PasswordHasherContract(ABC):
    @abstractmethod
    @pytest.fixture
    def hasher(self) -> PasswordHasher: ...

    async def test_does_not_give_the_password_away(self, hasher: PasswordHasher) -> None:
        hashed = await hasher.hash(a_password("canary-4711"))
        assert "canary-4711" not in hashed.encoded
        assert "canary" not in repr(hashed)

    async def test_hashes_one_password_differently_each_time(self, hasher: PasswordHasher) -> None:
        assert await hasher.hash(a_password()) != await hasher.hash(a_password())

    @pytest.mark.parametrize("text", ["x", "\0", "päss wörd", "\U0001f600" * 256, " " * 8])
    async def test_takes_any_password(self, hasher: PasswordHasher, text: str) -> None:
        assert (await hasher.hash(a_password(text))).encoded
