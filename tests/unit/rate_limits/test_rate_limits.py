"""How often somebody may guess: the rules, and the use cases that keep to them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_username
from tests.fakes import FakePasswordHasher
from tests.harness.editions import size
from tests.world import A_SECRET_KEY, World

from fastauth.application.sessions.log_in import LogIn
from fastauth.application.sessions.login_result import LoginResult
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials, WrongPassword
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION, LOCKED_FOREVER, Counter, CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.limits import (
    KNOWN_DEVICE_RETENTION,
    VERIFICATION_TIMEOUT,
    Backoff,
    Limits,
    RateLimit,
)
from fastauth.domain.rate_limits.network import network_of
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.session import ClientInfo

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

moments = st.timedeltas(min_value=timedelta(0), max_value=timedelta(minutes=3)).map(lambda t: NOW + t)


class TestNetwork:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
            ("2001:db8::1", "2001:0db8:0000:0000"),
            ("2001:DB8:0:0:ffff::1", "2001:0db8:0000:0000"),
            ("2001:0db8:0000:0000:1:2:3:4", "2001:0db8:0000:0000"),
            ("2001:db8:0:1::", "2001:0db8:0000:0001"),
            ("fe80::1%eth0", "fe80:0000:0000:0000"),
            ("", "unknown"),
            ("a", "unknown"),
            ("192.0.2.1, 192.0.2.2", "unknown"),
        ],
    )
    def test_is_what_one_customer_has(self, address: str, network: str) -> None:
        assert network_of(address) == network

    def test_is_one_for_a_thousand_addresses_of_a_customer(self) -> None:
        """R33 (CVE-2026-45364 (better-auth); CWE-307): limits go by the text of an IPv6 address."""
        assert len({network_of(f"2001:db8::{number:x}") for number in range(1_000)}) == 1


def let_through(rule: RateLimit | Backoff, readings: Iterable[datetime]) -> list[datetime]:
    """Return the readings of the clock at which an attempt was counted."""
    tally, counted = Counter(), []
    for now in readings:
        after = rule.hit(tally, now)
        if after:
            tally = after
            counted.append(now)
    return counted


class TestBudget:
    def test_has_room_for_so_many_at_once_and_then_for_one_at_a_time(self) -> None:
        budget, tally = RateLimit(3, MINUTE), Counter()
        for _ in range(3):
            after = budget.hit(tally, NOW)
            assert after
            tally = after
        assert budget.hit(tally, NOW) is None
        assert budget.retry_after(tally, NOW) == timedelta(seconds=20)
        assert budget.hit(tally, NOW + timedelta(seconds=19.9)) is None
        after = budget.hit(tally, NOW + timedelta(seconds=20))
        assert after
        assert budget.hit(after, NOW + timedelta(seconds=20)) is None

    @given(at=st.lists(moments).map(sorted), budget=st.builds(RateLimit, st.integers(1, 9), st.just(MINUTE)))
    def test_never_lets_more_than_twice_as_many_through_in_any_such_time(
        self, budget: RateLimit, at: list[datetime]
    ) -> None:
        counted = let_through(budget, at)
        for first in counted:
            within = [moment for moment in counted if first <= moment < first + MINUTE]
            assert len(within) < 2 * budget.attempts

    @given(
        attempts=st.integers(1, 9),
        late=st.lists(st.floats(0, 30).map(lambda s: timedelta(seconds=s)), min_size=60, max_size=60),
        at_most=st.none() | st.integers(1, 9),
    )
    def test_is_not_refilled_by_readings_of_the_clock_out_of_order(
        self, attempts: int, late: list[timedelta], at_most: int | None
    ) -> None:
        budget = RateLimit(attempts, MINUTE, max_consecutive=at_most)
        assert len(let_through(budget, (NOW - each for each in late))) <= attempts + attempts * 30 / 60

    @given(used=st.floats(0.001, 20), passed=st.floats(0, 0.999))
    def test_says_truly_when_there_is_room(self, used: float, passed: float) -> None:
        budget, now = RateLimit(3, MINUTE), NOW + timedelta(seconds=used * passed)
        tally = Counter(3, NOW + timedelta(seconds=40 + used))
        assert budget.hit(tally, now) is None
        wait = budget.retry_after(tally, now)
        assert budget.hit(tally, now + wait)
        assert timedelta(0) < wait <= timedelta(seconds=20)

    @given(
        budget=st.builds(
            RateLimit,
            st.integers(1, 9),
            st.just(MINUTE),
            retention=st.sampled_from([SECOND * 0, KNOWN_DEVICE_RETENTION]),
        ),
        used=st.integers(0, 8),
    )
    def test_gives_back_what_was_taken(self, budget: RateLimit, used: int) -> None:
        tally = Counter()
        for _ in range(min(used, budget.attempts - 1)):
            tally = budget.hit(tally, NOW) or tally
        after = budget.hit(tally, NOW)
        assert after
        credited = budget.refund(after, NOW)
        assert credited.count == tally.count
        assert budget.hit(credited, NOW) == after
        assert budget.reset_after_success(after, NOW).count == 0
        assert replace(after, count=1) == budget.hit(budget.reset_after_success(after, NOW), NOW)

    def test_gives_back_no_more_than_was_taken(self) -> None:
        assert RateLimit(3, MINUTE).refund(Counter(), NOW) == Counter()
        assert RateLimit(3, MINUTE).refund(Counter(3, NOW + MINUTE), NOW) == Counter(2, NOW + MINUTE * 2 / 3)

    @pytest.mark.parametrize("back", [timedelta(seconds=31), timedelta(hours=1), timedelta(days=400)])
    def test_does_not_stand_still_if_the_clock_goes_back(self, back: timedelta) -> None:
        budget = RateLimit(1, MINUTE)
        tally = budget.hit(Counter(), NOW)
        assert tally
        assert budget.hit(tally, NOW - back)

    @pytest.mark.parametrize("kept", [timedelta(0), KNOWN_DEVICE_RETENTION])
    def test_may_end_after_so_many_in_a_row_and_stays_ended(self, kept: timedelta) -> None:
        budget = RateLimit(3, MINUTE, max_consecutive=2, retention=kept)
        one = budget.hit(Counter(), NOW)
        two = one and budget.hit(one, NOW)
        assert two == Counter(2, LOCKED_FOREVER)
        for days in (0, 1, 3_000):
            assert budget.hit(two.or_new_if_expired(NOW + timedelta(days=days)), NOW) is None
        assert budget.refund(two, NOW).count == 1
        assert budget.reset_after_success(two, NOW) == Counter(0, NOW)

    def test_remembers_attempts_in_a_row_for_longer_than_they_fill_it(self) -> None:
        budget, tally = RateLimit(3, MINUTE, max_consecutive=8, retention=KNOWN_DEVICE_RETENTION), Counter()
        days = [day * COUNTER_RETENTION.days * 2 for day in range(20)]
        for day in days:
            now = NOW + timedelta(days=day)
            tally = budget.hit(tally.or_new_if_expired(now), now) or tally
        assert tally == Counter(8, LOCKED_FOREVER)


class TestBackoff:
    RULE = Backoff(SECOND, timedelta(minutes=15), max_attempts=100)

    def test_doubles_the_wait_up_to_the_longest_and_ends(self) -> None:
        tally, now, waits = Counter(), NOW, []
        while (after := self.RULE.hit(tally, now)) and after.resets_at != LOCKED_FOREVER:
            assert self.RULE.hit(after, after.resets_at - timedelta(microseconds=1)) is None
            waits.append((after.resets_at - now).total_seconds())
            tally, now = after, after.resets_at
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 89]
        assert after
        assert after.count == 100
        assert self.RULE.hit(after, now + timedelta(days=3_000)) is None

    @given(late=st.lists(st.floats(0, 30).map(lambda s: timedelta(seconds=s)), min_size=60, max_size=60))
    def test_is_not_passed_by_readings_of_the_clock_out_of_order(self, late: list[timedelta]) -> None:
        tally = Counter(20, NOW + self.RULE.max_delay)
        assert [each for each in late if self.RULE.hit(tally, NOW - each)] == []

    @pytest.mark.parametrize("back", [timedelta(minutes=16), timedelta(hours=1), timedelta(days=400)])
    def test_does_not_stand_still_if_the_clock_goes_back(self, back: timedelta) -> None:
        after = self.RULE.hit(Counter(99 - 1, NOW), NOW)
        assert after
        assert self.RULE.hit(after, NOW - back)

    def test_stays_closed_if_more_are_allowed_later(self) -> None:
        fewer = replace(self.RULE, max_attempts=50)
        closed = fewer.hit(Counter(49, NOW), NOW)
        assert closed
        assert self.RULE.hit(closed, NOW) is None

    def test_takes_back_no_more_than_was_counted(self) -> None:
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=1) == Counter(2, NOW)
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=2) == Counter(1, NOW)
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=3) == Counter()
        assert self.RULE.refund(Counter(3, NOW), NOW, attempts=9) == Counter()

    def test_makes_nobody_wait_for_an_attempt_that_was_given_back(self) -> None:
        after = self.RULE.hit(Counter(7, NOW), NOW)
        assert after
        assert self.RULE.hit(self.RULE.refund(after, NOW), NOW) == after

    def test_opens_again_if_the_last_attempt_was_right(self) -> None:
        tally = self.RULE.refund(Counter(100, LOCKED_FOREVER), NOW, attempts=1)
        assert self.RULE.hit(tally, NOW)


class TestTallyKeys:
    def test_differ_by_every_part_and_by_secret(self) -> None:
        keys, others = CounterKeys(A_SECRET_KEY), CounterKeys(SecretKey(b"another secret key of 32 bytes!!"))
        made = [keys("a", "b", "c"), keys("a", "bc"), keys("ab", "c"), keys("a", "b"), others("a", "b", "c")]
        assert len(set(made)) == len(made)
        assert keys("a", "b", "c") == made[0]

    def test_are_those_of_every_other_version(self) -> None:
        assert CounterKeys(A_SECRET_KEY)("a", "b", "c").hex() == "c9fc43c41bc5c36ea2597da869b4a5d2"


class TestDeviceToken:
    MINT = DeviceTokens(A_SECRET_KEY)

    def read(self, token: str | None, name: str = "santosh", *, now: datetime = NOW) -> str | None:
        return self.MINT.verify(token, a_username(name), now=now)

    def test_is_recognised_for_its_name_alone(self) -> None:
        token = self.MINT.issue(a_username("santosh"), now=NOW)
        assert self.read(token, "SANTOSH")
        assert self.read(token, "ann") is None
        assert "santosh" not in token

    def test_is_recognised_if_another_version_made_it(self) -> None:
        token = "fa_dev_AAECAwQFBgcICQoLDA1RK5puCz-Kf7zaDvIm4jA3mIQtGqNS5LifzMFegwwQlsO_"
        assert self.read(token) == bytes(range(14)).hex()

    def test_is_not_recognised_if_it_was_made_without_a_day(self) -> None:
        assert self.read("fa_dev_AAECAwQFBgcICQoLDA0OD8J9_y0AEm0a8oetjYWVBYgl-0AWQHiNxJ8BJ0ViPWFx") is None

    def test_is_recognised_for_180_days_from_the_day_of_its_issue(self) -> None:
        token = self.MINT.issue(a_username(), now=NOW)
        midnight = NOW.replace(hour=0) + timedelta(days=180)
        assert self.read(token, now=midnight - timedelta(microseconds=1))
        assert self.read(token, now=midnight) is None
        assert self.read(token, now=NOW - timedelta(days=1))  # another process's clock is behind

    def test_is_dated_anew_for_the_same_device(self) -> None:
        token = self.MINT.issue(a_username(), now=NOW)
        later = NOW + timedelta(days=100)
        renewed = self.MINT.issue(a_username(), device=self.read(token), now=later)
        assert renewed != token
        assert self.read(renewed, now=NOW + timedelta(days=250)) == self.read(token)

    def test_differs_from_one_device_to_the_next(self) -> None:
        name = a_username()
        first, second = self.MINT.issue(name, now=NOW), self.MINT.issue(name, now=NOW)
        assert self.read(first) != self.read(second)

    def test_is_not_recognised_after_any_edit(self) -> None:
        """R39 (CVE-2026-27840 (Zitadel); CWE-345): a part of a token is taken for the token."""
        token = self.MINT.issue(a_username(), now=NOW)
        for index in range(len(token)):
            for edited in (token[:index], token[:index] + "~" + token[index + 1 :], token[index:] + "="):
                assert self.read(edited) is None
            other = "A" if token[index] != "A" else "B"
            assert self.read(token[:index] + other + token[index + 1 :]) is None
        assert self.read(None) is None

    def test_is_recognised_while_the_secret_key_is_changed(self) -> None:
        name, new = a_username(), SecretKey(b"another secret key of 32 bytes!!")
        token = self.MINT.issue(name, now=NOW)
        assert DeviceTokens(new, A_SECRET_KEY).verify(token, name, now=NOW)
        assert DeviceTokens(new).verify(token, name, now=NOW) is None


@dataclass(kw_only=True)
class Guarded(World):
    """The world as production has it."""

    limits: Limits | None = field(default_factory=Limits)
    addresses: Iterator[int] = field(default_factory=lambda: count(1))

    async def guess(
        self, password: str = "wrong", *, name: str = "santosh", address: str = "", token: str | None = None
    ) -> LoginResult:
        """Log in from `address`, or from one that nobody has used."""
        device = ClientInfo("a browser", address or f"10.0.{next(self.addresses)}.1")
        return await self.log_in(username=name, password=password, client=device, device_token=token)

    async def guesses(self, number: int, **of: str) -> int:
        """Guess wrongly so often; return how many of the passwords were looked at."""
        before = self.looked_at
        for _ in range(number):
            with pytest.raises(InvalidCredentials):
                await self.guess(**of)
        return self.looked_at - before

    @property
    def looked_at(self) -> int:
        return self.hasher.verified - self.hasher.dummies


@pytest.fixture
async def world() -> Guarded:
    world = Guarded()
    await world.a_user()
    return world


class TestNetworkBudget:
    async def test_ends_wrong_passwords_and_says_when_to_go_on(self, world: Guarded) -> None:
        for number in range(10):
            with pytest.raises(InvalidCredentials):
                await world.guess(name=f"user{number}", address="192.0.2.1")
        verified = world.hasher.verified
        with pytest.raises(TooManyRequests) as refusal:
            await world.guess(name="another", address="192.0.2.1")
        assert (refusal.value.retry_after, world.hasher.verified) == (6, verified)
        world.clock.advance(seconds=6)
        with pytest.raises(InvalidCredentials):
            await world.guess(name="another", address="192.0.2.1")

    async def test_ends_log_ins(self, world: Guarded) -> None:
        for _ in range(30):
            assert await world.guess("sntsh", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await world.guess("sntsh", address="192.0.2.1")
        assert await world.guess("sntsh", address="192.0.2.2")

    async def test_is_one_for_all_of_an_ipv6_network(self, world: Guarded) -> None:
        """R33 (CVE-2026-45364 (better-auth); CWE-307): limits go by the text of an IPv6 address."""
        for number in range(10):
            with pytest.raises(InvalidCredentials):
                await world.guess(name=f"user{number}", address=f"2001:db8::{number:x}:{number}")
        with pytest.raises(TooManyRequests):
            await world.guess(address="2001:db8:0:0:ffff::")
        with pytest.raises(InvalidCredentials):
            await world.guess(address="2001:db8:0:1::")

    async def test_is_not_refilled_by_logging_in_to_an_account_of_ones_own(self, world: Guarded) -> None:
        """R34 (django-allauth 65.8; CWE-307): one's own log-in clears the count of a network."""
        await world.a_user("mallory", "sesame")
        for number in range(10):
            assert await world.guess("sesame", name="mallory", address="192.0.2.1")
            with pytest.raises(InvalidCredentials):
                await world.guess(name=f"user{number}", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await world.guess("sesame", name="mallory", address="192.0.2.1")

    async def test_ends_registrations(self, world: Guarded) -> None:
        async def register(name: str, *, address: str = "192.0.2.1") -> None:
            await world.register_user(username=name, password="p", fullname="Ann", address=address)

        for number in range(20):
            await register(f"user{number}")
        hashed = world.hasher.hashed
        with pytest.raises(TooManyRequests) as refusal:
            await register("another")
        assert (refusal.value.retry_after, world.hasher.hashed) == (3, hashed)
        await register("neighbour", address="192.0.2.2")
        world.clock.advance(seconds=3)
        await register("another")
        assert len(world.storage.users) == 23

    async def test_is_counted_under_the_names_of_every_other_version(self, world: Guarded) -> None:
        names = CounterKeys(A_SECRET_KEY)
        await world.guesses(1, address="192.0.2.1")
        assert set(world.storage.counters) == {
            names("log-ins", "192.0.2.1"),
            names("failures", "192.0.2.1"),
            names("looking", "santosh"),
            names("guesses", "192.0.2.1", "santosh"),
            names("strangers", "santosh"),
        }
        world.storage.counters.clear()
        await world.register_user(username="ann", password="p", fullname="Ann", address="192.0.2.1")
        assert set(world.storage.counters) == {names("registrations", "192.0.2.1")}

    async def test_does_not_count_operators(self, world: Guarded) -> None:
        for number in range(25):
            await world.a_user(f"user{number}")
        assert len(world.storage.users) == 26


class TestAccountBudget:
    async def test_lets_few_passwords_of_one_network_be_looked_at(self, world: Guarded) -> None:
        looked_at = 0
        for _ in range(10):
            looked_at += await world.guesses(1, address="192.0.2.1")
            world.clock.advance(seconds=20)
        assert looked_at == 5 + 2

    async def test_is_one_for_each_account(self, world: Guarded) -> None:
        await world.a_user("ann")
        for wait in (1, 2, 4, 8, 16):
            assert await world.guesses(1, name="ann", address="192.0.2.1") == 1
            world.clock.advance(seconds=wait)
        assert await world.guesses(1, name="ann", address="192.0.2.1") == 0
        assert await world.guesses(1, address="192.0.2.1") == 1

    async def test_makes_strangers_wait_ever_longer(self, world: Guarded) -> None:
        for wait in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
            assert await world.guesses(1) == 1
            assert await world.guesses(1) == 0
            world.clock.advance(seconds=wait - 0.001)
            assert await world.guesses(1) == 0
            world.clock.advance(seconds=0.001)

    async def test_looks_at_a_hundred_passwords_of_strangers_and_at_no_more(self, world: Guarded) -> None:
        looked_at = 0
        for _ in range(200):
            looked_at += await world.guesses(2)
            world.clock.advance(minutes=15)
        assert looked_at == 100
        world.clock.advance(days=30)
        with pytest.raises(InvalidCredentials):
            await world.guess("sntsh")

    async def test_is_one_for_all_spellings_of_a_name(self, world: Guarded) -> None:
        """R22: each spelling of a name has a counter of its own.

        CVE-2025-6004 (Vault), CVE-2025-54998 (OpenBao), CVE-2025-24806, CVE-2026-47203 (Authelia); CWE-307,
        CWE-178.
        """
        spellings = ["santosh", "SANTOSH", "Santosh", "sAntosh", "Ｓantosh", "santosＨ"]
        assert [await world.guesses(1, name=name) for name in spellings] == [1, 0, 0, 0, 0, 0]

    async def test_is_the_same_for_a_name_that_nobody_has(self, world: Guarded) -> None:
        for _ in range(3):
            await world.guesses(1, name="nobody")
        known, unknown = Guarded(), len(world.storage.counters)
        await known.a_user()
        for _ in range(3):
            await known.guesses(1)
        assert len(known.storage.counters) == unknown

    async def test_is_not_passed_by_many_at_once(self, world: Guarded) -> None:
        before = world.looked_at
        guesses: list[Awaitable[LoginResult]] = [world.guess() for _ in range(200)]
        assert {type(each) for each in await asyncio.gather(*guesses, return_exceptions=True)} == {
            InvalidCredentials
        }
        assert world.looked_at - before == 1

    async def test_costs_a_hash_whether_or_not_there_is_anything_left(self, world: Guarded) -> None:
        for _ in range(5):
            verified = world.hasher.verified
            await world.guesses(1)
            assert world.hasher.verified == verified + 1

    async def test_forgives_what_ones_own_network_got_wrong(self, world: Guarded) -> None:
        for wait in (1, 2, 4):
            await world.guesses(1, address="192.0.2.1")
            world.clock.advance(seconds=wait)
        assert await world.guess("sntsh", address="192.0.2.1")
        assert await world.guesses(1) == 1
        world.clock.advance(seconds=1)
        assert await world.guesses(1) == 1

    async def test_does_not_forgive_what_others_got_wrong(self, world: Guarded) -> None:
        for wait in (1, 2, 4):
            await world.guesses(1)
            world.clock.advance(seconds=wait)
        assert await world.guess("sntsh")
        world.clock.advance(seconds=8)
        assert await world.guesses(1) == 1
        world.clock.advance(seconds=7.9)
        assert await world.guesses(1) == 0

    async def test_is_reopened_by_an_operator(self, world: Guarded) -> None:
        for _ in range(100):
            await world.guesses(1)
            world.clock.advance(minutes=15)
        with pytest.raises(InvalidCredentials):
            await world.guess("sntsh")
        with pytest.raises(UserNotFound):
            await world.unlock_user(username="nobody")
        await world.unlock_user(username="SANTOSH")
        assert await world.guess("sntsh")

    async def test_is_reopened_by_a_new_password_from_an_operator(self, world: Guarded) -> None:
        for _ in range(100):
            await world.guesses(1)
            world.clock.advance(minutes=15)
        await world.set_password(username="santosh", password="another")
        assert await world.guess("another")


class TestAtOnce:
    """Several log-ins at one account at the same time."""

    @pytest.fixture
    async def slow(self) -> Guarded:
        """The world, whose hashes let others go on meanwhile."""

        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                for _ in range(10):
                    await asyncio.sleep(0)
                return await super().verify_and_update(password, stored)

        world = Guarded(hasher=SlowHasher())
        await world.a_user()
        return world

    async def outcomes(self, *guesses: Awaitable[LoginResult]) -> list[type[object]]:
        return [type(each) for each in await asyncio.gather(*guesses, return_exceptions=True)]

    async def test_lets_everybody_in_whose_password_is_right(self, slow: Guarded) -> None:
        assert await self.outcomes(*(slow.guess("sntsh") for _ in range(20))) == [LoginResult] * 20
        assert {tally.count for tally in slow.storage.counters.values()} <= {0, 1}
        assert slow.storage.counters[slow.rate_limiter.keys("strangers", "santosh")] == Counter()

    async def test_lets_everybody_in_after_somebody_elses_mistake(self, slow: Guarded) -> None:
        await slow.guesses(1)
        slow.clock.advance(seconds=1)
        assert await self.outcomes(*(slow.guess("sntsh") for _ in range(9))) == [LoginResult] * 9

    async def test_lets_more_in_on_one_device_than_its_budget_has_room_for(self, slow: Guarded) -> None:
        token = (await slow.guess("sntsh")).device_token
        at_once = [slow.guess("sntsh", token=token) for _ in range(15)]
        assert await self.outcomes(*at_once) == [LoginResult] * 15

    async def test_looks_at_one_wrong_password_only(self, slow: Guarded) -> None:
        before = slow.looked_at
        assert await self.outcomes(*(slow.guess() for _ in range(20))) == [InvalidCredentials] * 20
        assert slow.looked_at - before == 1

    async def test_goes_on_after_an_attempt_whose_process_has_died(self, slow: Guarded) -> None:
        key = slow.rate_limiter.keys("looking", "santosh")
        slow.storage.counters[key] = Counter(1, slow.clock.now() + VERIFICATION_TIMEOUT)
        slow.clock.advance(seconds=VERIFICATION_TIMEOUT.total_seconds())
        assert await slow.guess("sntsh")

    async def test_gives_up_if_it_is_never_its_turn(self, world: Guarded) -> None:
        key = world.rate_limiter.keys("looking", "santosh")
        world.storage.counters[key] = Counter(1, world.clock.now() + VERIFICATION_TIMEOUT)
        with pytest.raises(HashingOverloaded):
            await replace(
                world.log_in, rate_limiter=replace(world.rate_limiter, slot_retry_delays=(0.0, 0.0))
            )(username="santosh", password="sntsh", client=ClientInfo("a browser", "192.0.2.1"))
        assert set(world.storage.counters) == {key}


class TestNotLookedAt:
    """What failed before a password was looked at has taken nothing."""

    @pytest.mark.parametrize(
        "error", [HashingOverloaded, StorageUnavailable, asyncio.CancelledError, RuntimeError]
    )
    async def test_is_given_back(self, error: type[BaseException]) -> None:
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
        world = Guarded(hasher=hasher)
        await world.a_user()
        begun = await world.guess("sntsh")
        caller = await world.authenticate(access_token=begun.tokens.access.text)
        for attempt in (
            lambda: world.guess("sntsh", address="192.0.2.1"),
            lambda: world.guess("sntsh", address="192.0.2.1", token=begun.device_token),
            lambda: world.register_user(username="ann", password="p", fullname="Ann", address="192.0.2.1"),
            lambda: world.change_password(
                caller=caller, current_password="sntsh", new_password="another", address="192.0.2.1"
            ),
        ):
            hasher.fails = True
            for _ in range(150):
                with pytest.raises(error):
                    await attempt()
            hasher.fails = False
            await attempt()

    async def test_is_given_back_of_an_account_that_was_used_up_too(self, world: Guarded) -> None:
        world.storage.counters[world.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        busy = replace(world.log_in, hasher=BusyHasher())
        for _ in range(40):
            with pytest.raises(HashingOverloaded):
                await busy(username="santosh", password="sntsh", client=ClientInfo("a browser", "192.0.2.1"))
        assert world.storage.counters[world.rate_limiter.keys("strangers", "santosh")] == Counter(
            100, LOCKED_FOREVER
        )
        assert await world.guesses(1, address="192.0.2.1") == 0

    @pytest.mark.parametrize("password", ["", "p" * 257])
    async def test_is_no_password_that_cannot_be_anybodys(self, world: Guarded, password: str) -> None:
        for _ in range(10):
            with pytest.raises(InvalidCredentials):
                await world.guess(password, name="nobody", address="192.0.2.1")
        with pytest.raises(TooManyRequests):
            await world.guess(password, name="nobody", address="192.0.2.1")
        assert world.hasher.dummies == 10


class BusyHasher(FakePasswordHasher):
    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        raise HashingOverloaded


class TestOwner:
    async def test_gets_in_on_a_known_device_at_the_first_try_whatever_strangers_do(
        self, world: Guarded
    ) -> None:
        """R18 (CVE-2024-1722 (Keycloak); CWE-645): strangers lock the owner out."""
        token = (await world.guess("sntsh")).device_token
        looked_at = 0
        for number in range(1_000):
            for attacker in range(size(2, 10)):
                looked_at += await world.guesses(1, address=f"10.1.{number % 256}.{attacker}")
            world.clock.advance(minutes=1)
        assert looked_at <= 100
        assert await world.guess("sntsh", token=token, address="10.1.0.1")

    async def test_is_counted_under_the_name_of_every_other_version(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        device = DeviceTokens(A_SECRET_KEY).verify(token, a_username("santosh"), now=world.clock.now())
        world.storage.counters.clear()
        await world.guesses(1, token=token, address="192.0.2.1")
        assert device
        names = CounterKeys(A_SECRET_KEY)
        assert set(world.storage.counters) == {
            names("device", "santosh", device),
            names("device log-ins", "192.0.2.1"),
        }

    async def test_gets_in_on_a_new_device_a_quarter_of_an_hour_later(self, world: Guarded) -> None:
        for _ in range(50):
            await world.guesses(1)
            world.clock.advance(seconds=30)
        world.clock.advance(minutes=15)
        assert await world.guess("sntsh")

    async def test_opens_the_account_to_new_devices_by_a_known_one(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        for _ in range(100):
            await world.guesses(1)
            world.clock.advance(minutes=15)
        with pytest.raises(InvalidCredentials):
            await world.guess("sntsh")
        assert await world.guess("sntsh", token=token)
        assert await world.guess("sntsh")

    async def test_keeps_the_token_of_a_device(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        assert (await world.guess("sntsh", token=token)).device_token == token
        forged = "fa_dev_" + "A" * 64
        assert (await world.guess("sntsh", token=forged)).device_token not in {token, forged}

    async def test_has_a_budget_on_the_device_and_is_a_stranger_beyond(self, world: Guarded) -> None:
        token = (await world.guess("sntsh", address="192.0.2.9")).device_token
        assert await world.guesses(10, token=token, address="192.0.2.1") == 10
        assert await world.guesses(1, token=token, address="192.0.2.1") == 1  # a stranger's first
        assert await world.guesses(1, token=token, address="192.0.2.1") == 0

    async def test_stays_known_however_often_the_password_was_right(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        for _ in range(30):
            assert await world.guess("sntsh", token=token)
        assert await world.guesses(10, token=token) == 10

    async def test_has_a_hundred_wrong_passwords_in_a_row_and_never_more(self, world: Guarded) -> None:
        begun = await world.guess("sntsh", address="192.0.2.9")
        world.storage.counters[world.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        looked_at = 0
        for _ in range(12):
            looked_at += await world.guesses(12, token=begun.device_token)
            world.clock.advance(days=2)
        assert looked_at == 100
        assert await world.guesses(10, token=begun.device_token) == 0

    async def test_gets_a_new_device_once_the_old_one_is_closed(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        for _ in range(10):
            await world.guesses(10, token=token, address="192.0.2.1")
            world.clock.advance(minutes=5)
        await world.unlock_user(username="santosh")
        world.clock.advance(minutes=5)
        renewed = (await world.guess("sntsh", token=token)).device_token
        assert renewed != token
        assert await world.guesses(10, token=renewed) == 10

    async def test_cannot_go_round_the_limits_of_a_network_by_tokens_of_ones_own(
        self, world: Guarded
    ) -> None:
        tokens = [
            (await world.guess("sntsh", address=f"192.0.2.{number}")).device_token for number in range(60)
        ]
        let_in = 0
        with suppress(TooManyRequests):
            for token in tokens * 10:
                await world.guess("sntsh", token=token, address="192.0.2.200")
                let_in += 1
        assert let_in == 300
        assert await world.guess("sntsh", token=tokens[0], address="192.0.2.201")
        assert await world.guess("sntsh", address="192.0.2.200")  # a stranger's budget is another one

    async def test_is_a_stranger_once_the_token_is_180_days_old(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        world.clock.advance(days=180)
        assert (await world.guess("sntsh", token=token)).device_token != token
        await world.guesses(1)
        assert await world.guesses(5, token=token) == 0

    async def test_does_not_refill_what_strangers_have_used(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        await world.guesses(1)
        assert await world.guess("sntsh", token=token)
        assert await world.guesses(1) == 0

    async def test_is_not_known_on_another_account(self, world: Guarded) -> None:
        await world.a_user("mallory", "sesame")
        token = (await world.guess("sesame", name="mallory")).device_token
        assert await world.guesses(3, token=token) == 1


class TestPasswordChange:
    @pytest.fixture
    async def change(self, world: Guarded) -> Callable[[str], Awaitable[None]]:
        tokens = (await world.guess("sntsh")).tokens
        caller = await world.authenticate(access_token=tokens.access.text)

        async def change(current: str) -> None:
            await world.change_password(
                caller=caller, current_password=current, new_password="another", address="192.0.2.1"
            )

        return change

    async def test_lets_a_session_guess_a_few_times(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        before = world.looked_at
        for _ in range(20):
            with pytest.raises(WrongPassword):
                await change("wrong")
        assert world.looked_at - before == 10
        with pytest.raises(WrongPassword):
            await change("sntsh")

    async def test_has_a_budget_for_each_session(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for _ in range(11):
            with pytest.raises(WrongPassword):
                await change("wrong")
        other = (await world.guess("sntsh")).tokens
        await world.change_password(
            caller=await world.authenticate(access_token=other.access.text),
            current_password="sntsh",
            new_password="another",
            address="192.0.2.1",
        )
        assert await world.guess("another")

    async def test_is_counted_under_the_name_of_every_other_version(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        (session,) = world.storage.sessions
        world.storage.counters.clear()
        with pytest.raises(WrongPassword):
            await change("wrong")
        assert set(world.storage.counters) == {CounterKeys(A_SECRET_KEY)("session", session)}

    async def test_begins_anew_after_a_right_password(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        async def looked_at(guesses: int) -> int:
            before = world.looked_at
            for _ in range(guesses):
                world.clock.advance(seconds=30)
                with pytest.raises(WrongPassword):
                    await change("wrong")
            return world.looked_at - before

        assert await looked_at(99) == 99
        await change("sntsh")
        assert await looked_at(101) == 100

    async def test_has_a_hundred_guesses_in_a_row_and_never_more(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        before = world.looked_at
        for _ in range(12):
            for _ in range(30):
                with pytest.raises(WrongPassword):
                    await change("wrong")
            world.clock.advance(days=2)
        assert world.looked_at - before == 100
        with pytest.raises(WrongPassword):
            await change("sntsh")

    @pytest.mark.parametrize("current", ["", "p" * 257])
    async def test_costs_a_hash_whatever_the_current_password_looks_like(
        self, world: Guarded, change: Callable[[str], Awaitable[None]], current: str
    ) -> None:
        verified = world.hasher.verified
        with pytest.raises(WrongPassword):
            await change(current)
        assert world.hasher.verified == verified + 1

    async def test_tells_the_network_of_a_session_that_goes_on(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for _ in range(10 + 30):
            with pytest.raises(WrongPassword):
                await change("wrong")
        with pytest.raises(TooManyRequests):
            await change("wrong")
        with pytest.raises(TooManyRequests):
            await world.guess("sntsh", address="192.0.2.1")
        assert await world.guess("sntsh", address="192.0.2.2")

    async def test_is_open_to_the_owner_whatever_strangers_do(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for number in range(120):
            await world.guesses(1, address=f"10.1.{number}.1")
            world.clock.advance(seconds=1)
        await change("sntsh")

    async def test_opens_the_account_to_new_devices(self, world: Guarded) -> None:
        for _ in range(99):
            await world.guesses(1)
            world.clock.advance(minutes=15)
        tokens = (await world.guess("sntsh")).tokens
        caller = await world.authenticate(access_token=tokens.access.text)
        world.clock.advance(minutes=15)
        assert await world.guesses(1) == 1
        await world.change_password(
            caller=caller, current_password="sntsh", new_password="another", address="192.0.2.1"
        )
        assert await world.guess("another")


class TestSecretKeyChange:
    """Counters survive a change of the secret key while the older key is still configured."""

    KEYS = CounterKeys(SecretKey(b"another secret key of 32 bytes!!"), A_SECRET_KEY)

    def changed(self, world: Guarded) -> LogIn:
        return replace(world.log_in, rate_limiter=replace(world.rate_limiter, keys=self.KEYS))

    async def test_locked_account_stays_locked(self, world: Guarded) -> None:
        world.storage.counters[world.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        client = ClientInfo("a browser", "192.0.2.1")
        with pytest.raises(InvalidCredentials):
            await self.changed(world)(username="santosh", password="sntsh", client=client)

    async def test_unlocking_resets_the_counter_of_the_older_key(self, world: Guarded) -> None:
        world.storage.counters[world.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        limiter = replace(world.rate_limiter, keys=self.KEYS)
        await replace(world.unlock_user, rate_limiter=limiter)(username="santosh")
        client = ClientInfo("a browser", "192.0.2.1")
        assert await self.changed(world)(username="santosh", password="sntsh", client=client)

    async def test_known_device_unlocks_the_counter_of_the_older_key(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        world.storage.counters[world.rate_limiter.keys("strangers", "santosh")] = Counter(100, LOCKED_FOREVER)
        log_in, client = self.changed(world), ClientInfo("a browser", "192.0.2.1")
        assert await log_in(username="santosh", password="sntsh", client=client, device_token=token)
        assert await log_in(username="santosh", password="sntsh", client=client)


class TestWithoutLimits:
    async def test_counts_nothing(self, world: Guarded) -> None:
        world = replace(world, limits=None)
        for _ in range(150):
            await world.guesses(1, address="192.0.2.1")
        assert world.looked_at >= 150
        assert world.storage.counters == {}
        assert await world.guess("sntsh", address="192.0.2.1")
