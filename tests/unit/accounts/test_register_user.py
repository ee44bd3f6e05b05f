from dataclasses import replace
from typing import Any, NoReturn

import pytest
from tests.application import Application
from tests.builders import a_new_user, a_policy, a_username, an_address, register_user
from tests.fakes import FakeErasureRepository, FakePasswordHasher, FakeStorage, FakeUserRepository

from fastauth.application.mail.deadlines import VERIFICATION_MAIL_DEADLINE
from fastauth.domain.accounts.errors import RegistrationClosed, UsernameTaken
from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.outbox.message import OutboxKind
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
        users = FakeUserRepository()
        user = await register_user(users=users)(
            username="santosh", password="sntsh", fullname="Santosh Kumar", address=None
        )
        stored = users.storage.passwords[user.id].encoded
        assert stored.startswith("fake$")
        assert "sntsh" not in stored

    @pytest.mark.parametrize("spelling", ["santosh", "SANTOSH", "Ｓａｎｔｏｓｈ"])
    async def test_taken_name_is_rejected_without_hashing(self, spelling: str) -> None:
        hasher = FakePasswordHasher()
        users = FakeUserRepository()
        await users.add(a_new_user("santosh"))
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
        names = FakeErasureRepository(FakeStorage())
        register = register_user(names=names, hasher=FakePasswordHasher(overloaded=True))
        with pytest.raises(HashingOverloaded):
            await register(username="ann", password="sntsh", fullname="Ann", address=None)
        assert names.looked == 0
        with pytest.raises(InvalidInput):
            await register(username="a b", password="sntsh", fullname="Ann", address=None)

    async def test_applies_password_policy(self) -> None:
        register = register_user(passwords=a_policy(min_length=8, reject_user_attributes=True))
        for password, code in {"short": "too_short", "Santosh123!": "contains_user_data"}.items():
            with pytest.raises(InvalidInput) as refusal:
                await register(username="santosh", password=password, fullname="Santosh Kumar", address=None)
            assert [v.code for v in refusal.value.violations] == [code]


class TestRegisterWithAddress:
    async def test_stores_a_pending_address_and_queues_its_verification(self, app: Application) -> None:
        user = await app.register_user(
            username="ann", password="sntsh", fullname="Ann", email="Ann@Example.com", address=None
        )
        found = await app.container.email_addresses().of_user(user.id)
        assert [event.type for event in app.storage.events if event.user_id == user.id] == [
            EventType.USER_CREATED,
            EventType.EMAIL_ADDED,
        ]
        assert found.verified is None
        assert found.pending
        assert found.pending.address == an_address("Ann@Example.com")
        (queued,) = (each.record for each in app.storage.outbox.values())
        assert (queued.kind, queued.user_id) == (OutboxKind.VERIFICATION, user.id)
        assert queued.expires_at == app.clock.now() + VERIFICATION_MAIL_DEADLINE

    async def test_two_accounts_may_name_one_address(self, app: Application) -> None:
        for name in ("ann", "bob"):
            await app.register_user(
                username=name, password="sntsh", fullname="Ann", email="ann@example.com", address=None
            )
        assert len(app.storage.addresses) == 2

    async def test_taken_name_stores_nothing(self, app: Application) -> None:
        with pytest.raises(UsernameTaken):
            await app.register_user(
                username="SANTOSH", password="sntsh", fullname="Ann", email="ann@example.com", address=None
            )
        assert (app.storage.addresses, app.storage.outbox) == ({}, {})

    async def test_without_an_address_there_is_no_transaction(self, app: Application) -> None:
        class NoTransaction:
            def begin(self) -> NoReturn:
                raise AssertionError

        register = register_user(unit_of_work=NoTransaction())
        user = await register(username="ann", password="sntsh", fullname="Ann", locale="de-CH", address=None)
        assert user.locale == "de-CH"

    async def test_violations_of_email_and_locale(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            await register_user()(
                username="ann", password="sntsh", fullname="Ann", email="", locale="de_DE", address=None
            )
        assert [(v.field, v.code) for v in refusal.value.violations] == [
            ("email", "not_an_address"),
            ("locale", "not_allowed"),
        ]


class TestOperator:
    @pytest.mark.parametrize(
        "rules", [{"mode": RegistrationMode.INVITED}, {"mode": RegistrationMode.OFF}, {"reserved": {"root"}}]
    )
    async def test_may_create_what_a_client_may_not(self, rules: dict[str, Any]) -> None:
        register = register_user()
        register = replace(register, rules=replace(register.rules, **rules))
        account: dict[str, Any] = {"username": "Root", "password": "sntsh", "fullname": "Ann"}
        with pytest.raises((RegistrationClosed, InvalidInput)) as refusal:
            await register(**account, address="192.0.2.1")
        if isinstance(refusal.value, InvalidInput):
            reserved = Violation("username", "reserved", "This name is reserved.")
            assert list(refusal.value.violations) == [reserved]
        assert (await register(**account, address=None)).username.display == "Root"


class TestUsernameWithAtSign:
    @pytest.mark.parametrize("spelling", ["ann@example.com", "@ann", "ann＠example", "ann﹫example"])
    @pytest.mark.parametrize("address", ["192.0.2.1", None])
    async def test_is_refused(self, spelling: str, address: str | None) -> None:
        """Names and addresses are one namespace; the sign is refused in every width, and to operators."""
        with pytest.raises(InvalidInput) as refusal:
            await register_user()(username=spelling, password="sntsh", fullname="Ann", address=address)
        assert [(v.field, v.code) for v in refusal.value.violations] == [("username", "not_allowed")]
