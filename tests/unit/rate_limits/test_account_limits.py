"""Limits of one account for unknown devices."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest
from dependency_injector.providers import Object
from tests.application import RateLimitedApplication
from tests.fakes import FakePasswordHasher
from tests.session_helpers import event_now

from fastauth.application.sessions.login_result import LoginResult
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.rate_limits.counter import LOCKED_FOREVER, Counter
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.limits import (
    VERIFICATION_TIMEOUT,
)
from fastauth.domain.sessions.session import ClientInfo

SHORT_DELAYS = (0.001,) * 1_000
"""Seconds: the product waits up to five, a tenth at a time, which is long for a fake hasher."""


class BusyHasher(FakePasswordHasher):
    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        raise HashingOverloaded


class TestAccountLimits:
    async def test_attempts_per_account_and_network(self, app: RateLimitedApplication) -> None:
        looked_at = 0
        for _ in range(10):
            looked_at += await app.guesses(1, address="192.0.2.1")
            app.clock.advance(seconds=20)
        assert looked_at == 5 + 2

    async def test_accounts_are_independent(self, app: RateLimitedApplication) -> None:
        await app.a_user("ann")
        for wait in (1, 2, 4, 8, 16):
            assert await app.guesses(1, name="ann", address="192.0.2.1") == 1
            app.clock.advance(seconds=wait)
        assert await app.guesses(1, name="ann", address="192.0.2.1") == 0
        assert await app.guesses(1, address="192.0.2.1") == 1

    async def test_backoff_for_unknown_devices(self, app: RateLimitedApplication) -> None:
        for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
            assert await app.guesses(1) == 1
            assert await app.guesses(1) == 0
            app.clock.advance(seconds=wait - 0.001)
            assert await app.guesses(1) == 0
            app.clock.advance(seconds=0.001)

    async def test_locks_after_100_attempts(self, app: RateLimitedApplication) -> None:
        looked_at = 0
        for _ in range(200):
            looked_at += await app.guesses(2)
            app.clock.advance(minutes=15)
        assert looked_at == 100
        app.clock.advance(days=30)
        with pytest.raises(InvalidCredentials):
            await app.guess("sntsh")

    async def test_spellings_share_a_counter(self, app: RateLimitedApplication) -> None:
        """R22: each spelling of a name has a counter of its own.

        CVE-2025-6004 (Vault), CVE-2025-54998 (OpenBao), CVE-2025-24806, CVE-2026-47203 (Authelia); CWE-307,
        CWE-178.
        """
        spellings = ["santosh", "SANTOSH", "Santosh", "sAntosh", "Ｓantosh", "santosＨ"]
        assert [await app.guesses(1, name=name) for name in spellings] == [1, 0, 0, 0, 0, 0]

    async def test_unknown_username_is_counted_alike(self, app: RateLimitedApplication) -> None:
        for _ in range(3):
            await app.guesses(1, name="nobody")
        known, unknown = RateLimitedApplication(), len(app.storage.counters)
        await known.a_user()
        for _ in range(3):
            await known.guesses(1)
        assert len(known.storage.counters) == unknown

    async def test_concurrent_attempts_do_not_bypass_backoff(self, app: RateLimitedApplication) -> None:
        before = app.looked_at
        guesses: list[Awaitable[LoginResult]] = [app.guess() for _ in range(200)]
        assert {type(each) for each in await asyncio.gather(*guesses, return_exceptions=True)} == {
            InvalidCredentials
        }
        assert app.looked_at - before == 1

    async def test_limited_attempt_costs_one_hash(self, app: RateLimitedApplication) -> None:
        for _ in range(5):
            verified = app.hasher.verified
            await app.guesses(1)
            assert app.hasher.verified == verified + 1

    async def test_success_refunds_failures_of_same_network(self, app: RateLimitedApplication) -> None:
        for wait in (1, 2, 4):
            await app.guesses(1, address="192.0.2.1")
            app.clock.advance(seconds=wait)
        assert await app.guess("sntsh", address="192.0.2.1")
        assert await app.guesses(1) == 1
        app.clock.advance(seconds=1)
        assert await app.guesses(1) == 1

    async def test_success_keeps_failures_of_other_networks(self, app: RateLimitedApplication) -> None:
        for wait in (1, 2, 4):
            await app.guesses(1)
            app.clock.advance(seconds=wait)
        assert await app.guess("sntsh")
        app.clock.advance(seconds=8)
        assert await app.guesses(1) == 1
        app.clock.advance(seconds=7.9)
        assert await app.guesses(1) == 0

    async def test_operator_unlocks(self, app: RateLimitedApplication) -> None:
        for _ in range(100):
            await app.guesses(1)
            app.clock.advance(minutes=15)
        with pytest.raises(InvalidCredentials):
            await app.guess("sntsh")
        with pytest.raises(UserNotFound):
            await app.unlock_user(username="nobody")
        await app.unlock_user(username="SANTOSH")
        assert app.storage.events[-1] == event_now(app, EventType.USER_UNLOCKED, user_id=UserId(1))
        assert await app.guess("sntsh")

    async def test_set_password_unlocks(self, app: RateLimitedApplication) -> None:
        for _ in range(100):
            await app.guesses(1)
            app.clock.advance(minutes=15)
        await app.set_password(username="santosh", password="another")
        assert await app.guess("another")


class TestConcurrentLogins:
    """Several log-ins at one account at the same time."""

    @pytest.fixture
    async def slow(self) -> RateLimitedApplication:
        """An application whose hasher lets other tasks run."""

        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                for _ in range(10):
                    await asyncio.sleep(0)
                return await super().verify_and_update(password, stored)

        app = RateLimitedApplication(hasher=SlowHasher())
        app.container.rate_limiter.override(Object(replace(app.rate_limiter, slot_retry_delays=SHORT_DELAYS)))
        await app.a_user()
        return app

    async def outcomes(self, *guesses: Awaitable[LoginResult]) -> list[type[object]]:
        return [type(each) for each in await asyncio.gather(*guesses, return_exceptions=True)]

    async def test_all_correct_passwords_succeed(self, slow: RateLimitedApplication) -> None:
        assert await self.outcomes(*(slow.guess("sntsh") for _ in range(20))) == [LoginResult] * 20
        assert {tally.count for tally in slow.storage.counters.values()} <= {0, 1}
        assert slow.storage.counters[slow.rate_limiter.keys("strangers", "santosh")] == Counter()

    async def test_all_succeed_after_a_failure(self, slow: RateLimitedApplication) -> None:
        await slow.guesses(1)
        slow.clock.advance(seconds=1)
        assert await self.outcomes(*(slow.guess("sntsh") for _ in range(9))) == [LoginResult] * 9

    async def test_known_device_may_exceed_its_limit_by_successes(self, slow: RateLimitedApplication) -> None:
        token = (await slow.guess("sntsh")).device_token
        at_once = [slow.guess("sntsh", token=token) for _ in range(15)]
        assert await self.outcomes(*at_once) == [LoginResult] * 15

    async def test_one_wrong_password_is_verified(self, slow: RateLimitedApplication) -> None:
        before = slow.looked_at
        assert await self.outcomes(*(slow.guess() for _ in range(20))) == [InvalidCredentials] * 20
        assert slow.looked_at - before == 1

    async def test_slot_is_freed_after_timeout(self, slow: RateLimitedApplication) -> None:
        key = slow.rate_limiter.keys("looking", "santosh")
        slow.storage.counters[key] = Counter(1, slow.clock.now() + VERIFICATION_TIMEOUT)
        slow.clock.advance(seconds=VERIFICATION_TIMEOUT.total_seconds())
        assert await slow.guess("sntsh")

    async def test_taken_slot_raises_overloaded(self, app: RateLimitedApplication) -> None:
        key = app.rate_limiter.keys("looking", "santosh")
        app.storage.counters[key] = Counter(1, app.clock.now() + VERIFICATION_TIMEOUT)
        with pytest.raises(HashingOverloaded):
            await replace(app.log_in, rate_limiter=replace(app.rate_limiter, slot_retry_delays=(0.0, 0.0)))(
                username="santosh", password="sntsh", client=ClientInfo("a browser", "192.0.2.1")
            )
        assert set(app.storage.counters) == {key}


class TestRefundIfUnverified:
    """What failed before a password was looked at has taken nothing."""

    @pytest.mark.parametrize(
        "error", [HashingOverloaded, StorageUnavailable, asyncio.CancelledError, RuntimeError]
    )
    async def test_attempt_is_refunded(self, error: type[BaseException]) -> None:
        class FailingHasher(FakePasswordHasher):
            fails = False

            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                if self.fails:
                    raise error
                return await super().verify_and_update(password, stored)

            async def hash(self, password: Password) -> PasswordHash:
                if self.fails:
                    raise error
                return await super().hash(password)

        hasher = FailingHasher()
        app = RateLimitedApplication(hasher=hasher)
        await app.a_user()
        begun = await app.guess("sntsh")
        caller = await app.authenticate(access_token=begun.tokens.access.text)
        for attempt in (
            lambda: app.guess("sntsh", address="192.0.2.1"),
            lambda: app.guess("sntsh", address="192.0.2.1", token=begun.device_token),
            lambda: app.register_user(username="ann", password="p", fullname="Ann", address="192.0.2.1"),
            lambda: app.change_password(
                caller=caller, current_password="sntsh", new_password="another", address="192.0.2.1"
            ),
        ):
            hasher.fails = True
            with pytest.raises(error):
                await attempt()
            after_one = dict(app.storage.counters)
            with pytest.raises(error):
                await attempt()
            assert app.storage.counters == after_one  # so it is after any number of them
            hasher.fails = False
            await attempt()

    async def test_locked_account_stays_locked(self, app: RateLimitedApplication) -> None:
        app.storage.counters[app.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        busy = replace(app.log_in, hasher=BusyHasher())
        for _ in range(40):
            with pytest.raises(HashingOverloaded):
                await busy(username="santosh", password="sntsh", client=ClientInfo("a browser", "192.0.2.1"))
        assert app.storage.counters[app.rate_limiter.keys("strangers", "santosh")] == Counter(
            100, LOCKED_FOREVER
        )
        assert await app.guesses(1, address="192.0.2.1") == 0

    @pytest.mark.parametrize("password", ["", "p" * 257])
    async def test_impossible_password_is_counted(self, app: RateLimitedApplication, password: str) -> None:
        for _ in range(10):
            with pytest.raises(InvalidCredentials):
                await app.guess(password, name="nobody", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await app.guess(password, name="nobody", address="192.0.2.1")
        assert app.hasher.dummies == 10


class TestWithoutLimits:
    async def test_counts_nothing(self, app: RateLimitedApplication) -> None:
        app = replace(app, rate_limits=False)
        for _ in range(150):
            await app.guesses(1, address="192.0.2.1")
        assert app.looked_at >= 150
        assert app.storage.counters == {}
        assert await app.guess("sntsh", address="192.0.2.1")
