"""The hasher gets the kinds of the stored hashes."""

from collections.abc import Iterable

from tests.application import Application
from tests.fakes import FakeHashKinds, FakePasswordHasher

from fastauth.application.passwords.learn_hash_kinds import LearnHashKinds
from fastauth.domain.passwords.password import PasswordHash


class LearningHasher(FakePasswordHasher):
    def set_stored_kinds(self, examples: Iterable[PasswordHash]) -> None:
        self.kinds = set(examples)


class TestLearnHashKinds:
    async def test_hasher_gets_stored_kinds(self, app: Application) -> None:
        hasher = LearningHasher()
        await LearnHashKinds(hash_kinds=FakeHashKinds(app.storage), hasher=hasher)()
        assert hasher.kinds == set(app.storage.passwords.values())
