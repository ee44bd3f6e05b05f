"""What a `PasswordHasher` promises."""

from abc import ABC, abstractmethod

import pytest
from tests.builders import a_password
from tests.harness.tables import row

from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.ports import PasswordHasher

ARGON2 = "$argon2id$v=19$m=64,t=1,p=1$K/wcsLoNj/iRZKZ8ojqRTg$VdCmk4BCqg/Gg9dnl4doqm5SbZe9g9CEm5OjGB10su0"
NO_HASHES = [
    "",
    "!",
    "sntsh",
    "$",
    "$argon2",
    "$argon2id$v=19$m=64,t=1,p=1$garbage$garbage",
    ARGON2[:-1],
    ARGON2.replace("m=64", "m=x"),
    ARGON2.replace("t=1", "t=0"),
    f"{ARGON2}é",
    "$2b$12$",
    f"$2b$04${'z' * 53}",
    "pbkdf2_sha256$1000",
    "pbkdf2_sha256$many$salt$AAAA",
    "scrypt$3$salt$8$1$AAAA",
    "bcrypt_sha256$",
]
"""What may stand where a hash should: nothing, a mark that there is none, a damaged one."""


class PasswordHasherContract(ABC):
    @abstractmethod
    @pytest.fixture
    def hasher(self) -> PasswordHasher: ...

    async def test_hash_does_not_contain_password(self, hasher: PasswordHasher) -> None:
        hashed = await hasher.hash(a_password("canary-4711"))
        assert "canary-4711" not in hashed.encoded
        assert hashed.encoded not in repr(hashed)

    async def test_salts_are_unique(self, hasher: PasswordHasher) -> None:
        assert await hasher.hash(a_password()) != await hasher.hash(a_password())

    async def test_any_password_can_be_hashed(self, hasher: PasswordHasher) -> None:
        for text in ["x", "\0", "päss wörd", "\U0001f600" * 256, " " * 8]:
            with row(text):
                hashed = await hasher.hash(a_password(text))
                assert await hasher.verify_and_update(a_password(text), hashed) == hashed

    async def test_rejects_other_passwords(self, hasher: PasswordHasher) -> None:
        for other in ["sntsh ", " sntsh", "Sntsh", "snts", "sntsh\0", "sntshh", "x"]:
            with row(other):
                hashed = await hasher.hash(a_password("sntsh"))
                with pytest.raises(InvalidCredentials):
                    await hasher.verify_and_update(a_password(other), hashed)

    @pytest.mark.parametrize(("length", "at"), [(64, 63), (73, 72), (256, 255)])
    async def test_every_character_counts(self, hasher: PasswordHasher, length: int, at: int) -> None:
        text = "p" * length
        hashed = await hasher.hash(a_password(text))
        with pytest.raises(InvalidCredentials):
            await hasher.verify_and_update(a_password(text[:at] + "q" + text[at + 1 :]), hashed)

    async def test_malformed_hash_matches_nothing(self, hasher: PasswordHasher) -> None:
        for encoded in NO_HASHES:
            with row(encoded[:100]), pytest.raises(InvalidCredentials):
                await hasher.verify_and_update(a_password("sntsh"), PasswordHash(encoded))

    async def test_dummy_hash_matches_nothing(self, hasher: PasswordHasher) -> None:
        with pytest.raises(InvalidCredentials):
            await hasher.verify_and_update(a_password(), None)

    async def test_parses_its_own_hashes(self, hasher: PasswordHasher) -> None:
        hashed = await hasher.hash(a_password())
        assert hasher.parse_existing(hashed.encoded) == hashed

    async def test_rejects_malformed_hashes(self, hasher: PasswordHasher) -> None:
        for encoded in [*NO_HASHES, f"{ARGON2}{'A' * 1_000_000}"]:
            with row(encoded[:100]):
                with pytest.raises(InvalidInput) as refusal:
                    hasher.parse_existing(encoded)
                assert [violation.field for violation in refusal.value.violations] == ["password"]
                assert not encoded or encoded not in refusal.value.detail
