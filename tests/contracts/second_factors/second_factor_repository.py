"""The promises of a `SecondFactorRepository`."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, a_password_hash, a_session

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.ports import SecondFactorRepository
from fastauth.domain.second_factors.recovery_code import RecoveryCodeCodec
from fastauth.domain.second_factors.totp import MAX_FAILURES, Step
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof, TwoFactorProof

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
TOTP, RECOVERY_CODE = SecondFactorMethod.TOTP, SecondFactorMethod.RECOVERY_CODE
CODEC = RecoveryCodeCodec(SecretKey(b"a secret key of the tests, 32 bytes"))


class SecondFactorRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def factors(self, users: UserRepository) -> SecondFactorRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self, users: UserRepository) -> SessionRepository: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    @pytest.fixture
    async def user_id(self, user: User) -> UserId:
        return user.id

    async def confirmed(self, factors: SecondFactorRepository, user_id: UserId, step: int = 10) -> None:
        assert await factors.enrol(user_id, sealed="a secret", now=NOW)
        assert await factors.confirm(user_id, sealed="a secret", step=Step(step), now=NOW)

    async def test_unconfirmed_factor_is_replaced_and_confirmed_one_is_not(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        assert await factors.find(user_id) is None
        assert await factors.enrol(user_id, sealed="first", now=NOW)
        assert await factors.enrol(user_id, sealed="second", now=NOW)
        assert await factors.count_attempt(user_id) is None
        assert not await factors.confirm(user_id, sealed="first", step=Step(10), now=NOW)
        assert await factors.confirm(user_id, sealed="second", step=Step(10), now=NOW)
        assert not await factors.confirm(user_id, sealed="second", step=Step(11), now=NOW)
        assert not await factors.enrol(user_id, sealed="third", now=LATER)
        found = await factors.find(user_id)
        assert found
        assert (found.sealed, found.confirmed_at, found.last_step) == ("second", NOW, 10)

    async def test_methods_are_those_that_can_be_used(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        """A factor that is not confirmed, or locked, is none; nor are used codes."""
        assert await factors.methods_of(user_id) == ()
        await factors.enrol(user_id, sealed="a secret", now=NOW)
        assert await factors.methods_of(user_id) == ()
        await factors.confirm(user_id, sealed="a secret", step=Step(10), now=NOW)
        assert await factors.methods_of(user_id) == (TOTP,)
        (code, *_) = CODEC.issue()
        await factors.replace_recovery_codes(user_id, [code.digest], now=NOW)
        assert await factors.methods_of(user_id) == (TOTP, RECOVERY_CODE)
        while await factors.count_attempt(user_id):
            pass
        assert await factors.methods_of(user_id) == (RECOVERY_CODE,)
        await factors.use_recovery_code(user_id, [code.digest], now=NOW)
        assert await factors.methods_of(user_id) == (TOTP,)

    async def test_imported_factors_are_in_force(
        self, factors: SecondFactorRepository, users: UserRepository, user_id: UserId
    ) -> None:
        other = await users.add(a_new_user())
        without = await users.add(a_new_user())
        await factors.add_imported({}, step=Step(10), now=NOW)
        await factors.add_imported({user_id: "a secret", other.id: "another"}, step=Step(10), now=NOW)
        for owner, sealed in ((user_id, "a secret"), (other.id, "another")):
            found, account = await factors.find(owner), await users.get(owner)
            assert found
            assert account
            assert (found.sealed, found.confirmed_at, found.last_step) == (sealed, NOW, 10)
            assert account.has_second_factor
            assert not await factors.accept(owner, Step(10))
            assert await factors.accept(owner, Step(11))
        account = await users.get(without.id)
        assert account
        assert not account.has_second_factor

    async def test_step_is_accepted_once_and_never_backwards(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        await self.confirmed(factors, user_id)
        assert not await factors.accept(user_id, Step(10))
        assert await factors.accept(user_id, Step(12))
        assert [await factors.accept(user_id, Step(step)) for step in (12, 11, 13)] == [False, False, True]

    async def test_one_of_concurrent_acceptances_wins(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        await self.confirmed(factors, user_id)
        won = await asyncio.gather(*(factors.accept(user_id, Step(11)) for _ in range(32)))
        assert sum(won) == 1

    async def test_attempts_in_a_row_lock_the_factor(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        await self.confirmed(factors, user_id)
        for number in range(1, MAX_FAILURES):
            counted = await factors.count_attempt(user_id)
            assert counted
            assert (counted.failures, counted.is_locked) == (number, False)
        assert await factors.count_attempt(user_id, most=MAX_FAILURES - 1) is None
        assert await factors.accept(user_id, Step(11))
        assert await factors.count_attempt(user_id, most=1)
        assert await factors.count_attempt(user_id, most=1) is None
        assert await factors.accept(user_id, Step(12))
        counts = await asyncio.gather(*(factors.count_attempt(user_id) for _ in range(MAX_FAILURES + 5)))
        assert sorted(each.failures for each in counts if each) == list(range(1, MAX_FAILURES + 1))
        found = await factors.find(user_id)
        assert found
        assert found.is_locked

    async def test_recovery_code_works_once_and_unlocks(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        await self.confirmed(factors, user_id)
        codes = CODEC.issue()
        await factors.replace_recovery_codes(user_id, [code.digest for code in codes], now=NOW)
        while await factors.count_attempt(user_id):
            pass
        digests = CODEC.digests(codes[0].text)
        used = await asyncio.gather(
            *(factors.use_recovery_code(user_id, digests, now=LATER) for _ in range(16))
        )
        assert sum(used) == 1
        assert await factors.count_attempt(user_id)
        assert await factors.count_recovery_codes(user_id) == len(codes) - 1
        assert not await factors.use_recovery_code(user_id, (), now=LATER)

    async def test_recovery_code_belongs_to_its_account(
        self, factors: SecondFactorRepository, users: UserRepository, user_id: UserId
    ) -> None:
        codes = CODEC.issue()
        await factors.replace_recovery_codes(user_id, [code.digest for code in codes], now=NOW)
        other = await users.add(a_new_user())
        assert not await factors.use_recovery_code(other.id, [codes[0].digest], now=NOW)
        newer = CODEC.issue()
        await factors.replace_recovery_codes(user_id, [code.digest for code in newer], now=LATER)
        assert not await factors.use_recovery_code(user_id, [codes[0].digest], now=LATER)
        assert await factors.use_recovery_code(user_id, [newer[0].digest], now=LATER)

    async def test_account_is_read_with_its_factor_and_needs_it_for_a_session(
        self, factors: SecondFactorRepository, users: UserRepository, sessions: SessionRepository, user: User
    ) -> None:
        """A log-in that read the account before the factor was confirmed starts no session either."""
        of_two_factors = ("pwd", "otp", "mfa")

        async def has_factor_and_starts_by_password() -> tuple[bool | None, bool]:
            found = await users.find(user.username)
            try:
                await sessions.add(
                    a_session(user, now=NOW), proof=PasswordProof(a_password_hash()), max_sessions=9
                )
            except InvalidCredentials:
                return found.has_second_factor if found else None, False
            return found.has_second_factor if found else None, True

        await factors.enrol(user.id, sealed="a secret", now=NOW)
        assert await has_factor_and_starts_by_password() == (False, True)
        await factors.confirm(user.id, sealed="a secret", step=Step(10), now=NOW)
        assert await has_factor_and_starts_by_password() == (False, True)
        assert [await factors.require(user.id, now=now) for now in (NOW, LATER)] == [True, False]
        assert await has_factor_and_starts_by_password() == (True, False)
        session = replace(a_session(user, now=NOW), methods=of_two_factors)
        await sessions.add(session, proof=TwoFactorProof(a_password_hash()), max_sessions=9)
        caller = await sessions.find(session.id, now=NOW)
        assert caller
        assert (caller.session.methods, caller.user.has_second_factor) == (of_two_factors, True)
        by_password, by_both = PasswordProof(a_password_hash()), TwoFactorProof(a_password_hash())
        assert not await sessions.step_up(session.id, methods=("pwd",), proof=by_password, now=LATER)
        assert await sessions.step_up(session.id, methods=of_two_factors, proof=by_both, now=LATER)
        assert not await factors.release(user.id)
        assert await has_factor_and_starts_by_password() == (True, False)
        await factors.remove_totp(user.id)
        assert await factors.release(user.id)
        assert await has_factor_and_starts_by_password() == (False, True)

    async def test_removed_factor_is_gone_and_recovery_codes_stay(
        self, factors: SecondFactorRepository, user_id: UserId
    ) -> None:
        assert not await factors.remove_totp(user_id)
        assert await factors.enrol(user_id, sealed="not confirmed", now=NOW)
        assert not await factors.remove_totp(user_id)
        await self.confirmed(factors, user_id)
        codes = CODEC.issue()
        await factors.replace_recovery_codes(user_id, [code.digest for code in codes], now=NOW)
        await factors.lock(user_id)
        assert await factors.remove_totp(user_id)
        assert await factors.find(user_id) is None
        assert await factors.count_recovery_codes(user_id) == len(codes)
