"""What a `UnitOfWork` promises."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from secrets import token_bytes

import pytest
from tests.builders import a_credential, a_full_name, a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.passkeys.passkey import PasskeyName, UserHandle
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.second_factors.totp import Step
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class UnitOfWorkContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, users: UserRepository) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self, users: UserRepository) -> UnitOfWork: ...

    @abstractmethod
    async def events_of(self, user: User, users: UserRepository) -> list[EventType]: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    async def change_everything(self, unit_of_work: UnitOfWork, user: User, *, commit: bool) -> None:
        async with unit_of_work.begin() as transaction:
            new = a_password_hash("another")
            await transaction.passwords.set(user.id, new)
            await transaction.sessions.add(
                a_session(user, now=NOW), proof=PasswordProof(new), max_sessions=100
            )
            await transaction.events.record(
                Event(type=EventType.PASSWORD_CHANGED, occurred_at=NOW, user_id=user.id)
            )
            if commit:
                await transaction.commit()

    async def test_commit_stores_everything(
        self,
        unit_of_work: UnitOfWork,
        users: UserRepository,
        passwords: PasswordRepository,
        sessions: SessionRepository,
        user: User,
    ) -> None:
        await self.change_everything(unit_of_work, user, commit=True)
        assert await passwords.get(user.id) == a_password_hash("another")
        assert len(await sessions.list_active(user.id, now=NOW, limit=100)) == 1
        assert await self.events_of(user, users) == [
            EventType.USER_CREATED,
            EventType.LOGIN_SUCCEEDED,
            EventType.PASSWORD_CHANGED,
        ]

    async def test_without_commit_nothing_is_stored(
        self,
        unit_of_work: UnitOfWork,
        users: UserRepository,
        passwords: PasswordRepository,
        sessions: SessionRepository,
        user: User,
    ) -> None:
        await self.change_everything(unit_of_work, user, commit=False)
        assert await passwords.get(user.id) == a_password_hash()
        assert await sessions.list_active(user.id, now=NOW, limit=100) == []
        assert await self.events_of(user, users) == [EventType.USER_CREATED]

    async def test_error_rolls_back(
        self, unit_of_work: UnitOfWork, users: UserRepository, user: User
    ) -> None:
        async def fail() -> None:
            async with unit_of_work.begin() as transaction:
                await transaction.users.set_full_name(
                    user.id, a_full_name("Somebody Else"), now=NOW, limit=None
                )
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await users.find(user.username) == user

    async def test_last_factor_is_not_released_beside_a_new_one(
        self, unit_of_work: UnitOfWork, users: UserRepository
    ) -> None:
        """Otherwise a password alone would open an account with a passkey."""
        for _ in range(4):
            user = await users.add(a_new_user())
            async with unit_of_work.begin() as transaction:
                await transaction.second_factors.add_imported({user.id: "a secret"}, step=Step(1), now=NOW)
                await transaction.commit()
            await asyncio.gather(add_passkey(unit_of_work, user), remove_totp(unit_of_work, user))
            found = await users.get(user.id)
            assert found
            assert found.has_second_factor


async def add_passkey(unit_of_work: UnitOfWork, user: User) -> None:
    async with unit_of_work.begin() as transaction:
        await transaction.second_factors.lock(user.id)
        await transaction.passkeys.add(
            user.id, a_credential(), handle=UserHandle(token_bytes(32)), name=PasskeyName("a key"), now=NOW
        )
        await transaction.second_factors.require(user.id, now=NOW)
        await transaction.commit()


async def remove_totp(unit_of_work: UnitOfWork, user: User) -> None:
    async with unit_of_work.begin() as transaction:
        await transaction.second_factors.lock(user.id)
        assert await transaction.second_factors.remove_totp(user.id)
        await transaction.second_factors.release(user.id)
        await transaction.commit()
