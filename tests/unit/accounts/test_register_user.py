import pytest
from tests.builders import a_full_name, a_password_hash, a_policy, a_username, register_user
from tests.fakes import FakePasswordHasher, FakeUserRepository

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.passwords.password import Password, PasswordHash


class TestRegisterUser:
    async def test_stores_the_account_and_returns_it(self) -> None:
        users = FakeUserRepository()
        user = await register_user(users=users)(
            username="Santosh", password="sntsh", fullname=" Santosh Kumar ", address=None
        )
        assert (user.username.display, user.fullname.text) == ("Santosh", "Santosh Kumar")
        assert await users.find(a_username("santosh")) == user

    async def test_stores_only_a_hash_of_the_password(self) -> None:
        user = await register_user()(
            username="santosh", password="sntsh", fullname="Santosh Kumar", address=None
        )
        assert user.password_hash.encoded.startswith("fake$")
        assert "sntsh" not in user.password_hash.encoded

    @pytest.mark.parametrize("spelling", ["santosh", "SANTOSH", "Ｓａｎｔｏｓｈ"])
    async def test_taken_name_is_rejected_without_hashing(self, spelling: str) -> None:
        hasher = FakePasswordHasher()
        users = FakeUserRepository()
        await users.add(
            username=a_username("santosh"), fullname=a_full_name(), password_hash=a_password_hash()
        )
        register = register_user(users=users, hasher=hasher)
        with pytest.raises(UsernameTaken, match=r"^Username already registered$"):
            await register(username=spelling, password="sntsh", fullname="Santosh Kumar", address=None)
        assert hasher.hashed == 0

    async def test_name_taken_during_hashing_is_rejected(self) -> None:
        users = FakeUserRepository()

        class SlowHasher(FakePasswordHasher):
            async def hash(self, password: Password) -> PasswordHash:
                if not self.hashed:
                    self.hashed = 1
                    await register_user(users=users)(
                        username="ANN", password="other", fullname="Ann", address=None
                    )
                return await super().hash(password)

        with pytest.raises(UsernameTaken):
            await register_user(users=users, hasher=SlowHasher())(
                username="ann", password="sntsh", fullname="Ann", address=None
            )

    async def test_error_lists_all_violations(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            await register_user()(username="a b", password="", fullname="\0", address=None)
        assert [(v.field, v.code) for v in refusal.value.violations] == [
            ("username", "not_allowed"),
            ("fullname", "control_character"),
            ("password", "empty"),
        ]

    async def test_rate_limit_precedes_lookup_and_hash(self) -> None:
        hasher = FakePasswordHasher()
        with pytest.raises(InvalidInput):
            await register_user(hasher=hasher)(
                username="ann", password="p" * 257, fullname="Ann", address=None
            )
        assert hasher.hashed == 0

    async def test_overload_precedes_lookup(self) -> None:
        users = FakeUserRepository()
        register = register_user(users=users, hasher=FakePasswordHasher(overloaded=True))
        with pytest.raises(HashingOverloaded):
            await register(username="ann", password="sntsh", fullname="Ann", address=None)
        assert users.looked == 0
        with pytest.raises(InvalidInput):
            await register(username="a b", password="sntsh", fullname="Ann", address=None)

    async def test_applies_password_policy(self) -> None:
        register = register_user(passwords=a_policy(min_length=8, reject_user_attributes=True))
        for password, code in {"short": "too_short", "Santosh123!": "contains_user_data"}.items():
            with pytest.raises(InvalidInput) as refusal:
                await register(username="santosh", password=password, fullname="Santosh Kumar", address=None)
            assert [v.code for v in refusal.value.violations] == [code]
