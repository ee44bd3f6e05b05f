"""How often somebody may guess: the rules, and the use cases that keep to them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_username
from tests.world import A_SECRET_KEY, World

from fastauth.application.log_in import LoggedIn
from fastauth.domain.device_token import DeviceTokenMint
from fastauth.domain.errors import InvalidCredentials, TooManyAttempts, UserNotFound, WrongPassword
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.session import Device
from fastauth.domain.throttling import NEVER, Backoff, Budget, Limits, Tally, TallyKeys, network_of

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


class TestBudget:
    def test_has_room_for_so_many_at_once_and_then_for_one_at_a_time(self) -> None:
        budget, tally = Budget(3, MINUTE), Tally()
        for _ in range(3):
            tally = budget.demanded(tally, NOW)
        with pytest.raises(TooManyAttempts) as refusal:
            budget.demanded(tally, NOW)
        assert refusal.value.retry_after == 20
        with pytest.raises(TooManyAttempts):
            budget.demanded(tally, NOW + timedelta(seconds=19.9))
        tally = budget.demanded(tally, NOW + timedelta(seconds=20))
        assert budget.debited(tally, NOW + timedelta(seconds=20)) is None

    @given(at=st.lists(moments).map(sorted), budget=st.builds(Budget, st.integers(1, 9), st.just(MINUTE)))
    def test_never_lets_more_than_twice_as_many_through_in_any_such_time(
        self, budget: Budget, at: list[datetime]
    ) -> None:
        tally, let_through = Tally(), []
        for moment in at:
            after = budget.debited(tally, moment)
            if after:
                tally = after
                let_through.append(moment)
        for first in let_through:
            within = [moment for moment in let_through if first <= moment < first + MINUTE]
            assert len(within) < 2 * budget.attempts

    @given(used=st.floats(0.001, 20), passed=st.floats(0, 0.999))
    def test_says_truly_when_there_is_room(self, used: float, passed: float) -> None:
        budget, now = Budget(3, MINUTE), NOW + timedelta(seconds=used * passed)
        tally = Tally(3, NOW + timedelta(seconds=40 + used))
        with pytest.raises(TooManyAttempts) as refusal:
            budget.demanded(tally, now)
        assert budget.debited(tally, now + timedelta(seconds=refusal.value.retry_after))
        assert 1 <= refusal.value.retry_after <= 20

    def test_gives_back_no_more_than_was_taken(self) -> None:
        budget = Budget(3, MINUTE)
        tally = budget.demanded(Tally(), NOW)
        full = budget.credited(tally)
        assert (full.attempts, budget.credited(full).attempts) == (0, 0)
        assert full.until <= NOW
        assert budget.credited(Tally(3, NOW + MINUTE)) == Tally(2, NOW + timedelta(seconds=40))

    def test_does_not_stand_still_if_the_clock_goes_back(self) -> None:
        budget = Budget(1, MINUTE)
        tally = budget.demanded(Tally(), NOW)
        assert budget.debited(tally, NOW - timedelta(hours=1))

    def test_may_end_after_so_many_in_a_row(self) -> None:
        budget = Budget(3, MINUTE, at_most=2)
        assert budget.debited(Tally(1, NOW), NOW)
        assert budget.debited(Tally(2, NOW), NOW + timedelta(days=1)) is None


class TestBackoff:
    RULE = Backoff(SECOND, timedelta(minutes=15), at_most=100)

    def test_doubles_the_wait_up_to_the_longest_and_ends(self) -> None:
        tally, now, waits = Tally(), NOW, []
        while (after := self.RULE.debited(tally, now)) and after.until != NEVER:
            assert self.RULE.debited(after, after.until - timedelta(microseconds=1)) is None
            waits.append((after.until - now).total_seconds())
            tally, now = after, after.until
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 89]
        assert after
        assert after.attempts == 100
        assert self.RULE.debited(after, now + timedelta(days=3_000)) is None

    def test_does_not_stand_still_if_the_clock_goes_back(self) -> None:
        after = self.RULE.debited(Tally(3, NOW), NOW)
        assert after
        assert self.RULE.debited(after, NOW - timedelta(hours=1))

    def test_takes_back_no_more_than_was_counted(self) -> None:
        assert self.RULE.credited(Tally(3, NOW), NOW, attempts=1) == Tally(2, NOW)
        assert self.RULE.credited(Tally(3, NOW), NOW, attempts=2) == Tally(1, NOW)
        assert self.RULE.credited(Tally(3, NOW), NOW, attempts=3) == Tally()
        assert self.RULE.credited(Tally(3, NOW), NOW, attempts=9) == Tally()

    def test_opens_again_if_the_last_attempt_was_right(self) -> None:
        tally = self.RULE.credited(Tally(100, NEVER), NOW, attempts=1)
        assert self.RULE.debited(tally, NOW + self.RULE.longest)


class TestTallyKeys:
    def test_differ_by_every_part_and_by_secret(self) -> None:
        keys, others = TallyKeys(A_SECRET_KEY), TallyKeys(SecretKey(b"another secret key of 32 bytes!!"))
        made = [keys("a", "b", "c"), keys("a", "bc"), keys("ab", "c"), keys("a", "b"), others("a", "b", "c")]
        assert len(set(made)) == len(made)
        assert keys("a", "b", "c") == made[0]

    def test_are_those_of_every_other_version(self) -> None:
        assert TallyKeys(A_SECRET_KEY)("a", "b", "c").hex() == "c9fc43c41bc5c36ea2597da869b4a5d2"


class TestDeviceToken:
    MINT = DeviceTokenMint(A_SECRET_KEY)

    def test_is_recognised_for_its_name_alone(self) -> None:
        token = self.MINT.new(a_username("santosh"))
        assert self.MINT.read(token, a_username("SANTOSH"))
        assert self.MINT.read(token, a_username("ann")) is None
        assert "santosh" not in token

    def test_is_recognised_if_another_version_made_it(self) -> None:
        token = "fa_dev_AAECAwQFBgcICQoLDA0OD8J9_y0AEm0a8oetjYWVBYgl-0AWQHiNxJ8BJ0ViPWFx"
        assert DeviceTokenMint(A_SECRET_KEY).read(token, a_username()) == bytes(range(16)).hex()

    def test_differs_from_one_device_to_the_next(self) -> None:
        name = a_username()
        first, second = self.MINT.new(name), self.MINT.new(name)
        assert self.MINT.read(first, name) != self.MINT.read(second, name)

    def test_is_not_recognised_after_any_edit(self) -> None:
        """R39 (CVE-2026-27840 (Zitadel); CWE-345): a part of a token is taken for the token."""
        name = a_username()
        token = self.MINT.new(name)
        for index in range(len(token)):
            for edited in (token[:index], token[:index] + "~" + token[index + 1 :], token[index:] + "="):
                assert self.MINT.read(edited, name) is None
            other = "A" if token[index] != "A" else "B"
            assert self.MINT.read(token[:index] + other + token[index + 1 :], name) is None
        assert self.MINT.read(None, name) is None

    def test_is_recognised_while_the_secret_key_is_changed(self) -> None:
        name, new = a_username(), SecretKey(b"another secret key of 32 bytes!!")
        token = self.MINT.new(name)
        assert DeviceTokenMint(new, A_SECRET_KEY).read(token, name)
        assert DeviceTokenMint(new).read(token, name) is None


@dataclass(kw_only=True)
class Guarded(World):
    """The world as production has it."""

    limits: Limits | None = field(default_factory=Limits)
    addresses: Iterator[int] = field(default_factory=lambda: count(1))

    async def guess(
        self, password: str = "wrong", *, name: str = "santosh", address: str = "", token: str | None = None
    ) -> LoggedIn:
        """Log in from `address`, or from one that nobody has used."""
        device = Device("a browser", address or f"10.0.{next(self.addresses)}.1")
        return await self.log_in(username=name, password=password, device=device, device_token=token)

    async def guesses(self, number: int, **of: str) -> int:
        """Guess wrongly so often; return how many of the passwords were looked at."""
        before = self.looked_at
        for _ in range(number):
            with pytest.raises(InvalidCredentials):
                await self.guess(**of)
        return self.looked_at - before

    @property
    def looked_at(self) -> int:
        return self.hasher.verified - self.hasher.of_nobody


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
        with pytest.raises(TooManyAttempts) as refusal:
            await world.guess(name="another", address="192.0.2.1")
        assert (refusal.value.retry_after, world.hasher.verified) == (6, verified)
        world.clock.advance(seconds=6)
        with pytest.raises(InvalidCredentials):
            await world.guess(name="another", address="192.0.2.1")

    async def test_ends_log_ins(self, world: Guarded) -> None:
        for _ in range(30):
            assert await world.guess("sntsh", address="192.0.2.1")
        with pytest.raises(TooManyAttempts):
            await world.guess("sntsh", address="192.0.2.1")
        assert await world.guess("sntsh", address="192.0.2.2")

    async def test_is_one_for_all_of_an_ipv6_network(self, world: Guarded) -> None:
        """R33 (CVE-2026-45364 (better-auth); CWE-307): limits go by the text of an IPv6 address."""
        for number in range(10):
            with pytest.raises(InvalidCredentials):
                await world.guess(name=f"user{number}", address=f"2001:db8::{number:x}:{number}")
        with pytest.raises(TooManyAttempts):
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
        with pytest.raises(TooManyAttempts):
            await world.guess("sesame", name="mallory", address="192.0.2.1")

    async def test_ends_registrations(self, world: Guarded) -> None:
        async def register(name: str, *, address: str = "192.0.2.1") -> None:
            await world.register_user(username=name, password="p", fullname="Ann", address=address)

        for number in range(20):
            await register(f"user{number}")
        hashed = world.hasher.hashed
        with pytest.raises(TooManyAttempts) as refusal:
            await register("another")
        assert (refusal.value.retry_after, world.hasher.hashed) == (3, hashed)
        await register("neighbour", address="192.0.2.2")
        world.clock.advance(seconds=3)
        await register("another")
        assert len(world.storage.users) == 23

    async def test_is_counted_under_the_names_of_every_other_version(self, world: Guarded) -> None:
        names = TallyKeys(A_SECRET_KEY)
        await world.guesses(1, address="192.0.2.1")
        assert set(world.storage.tallies) == {
            names("log-ins", "192.0.2.1"),
            names("failures", "192.0.2.1"),
            names("guesses", "192.0.2.1", "santosh"),
            names("strangers", "santosh"),
        }
        world.storage.tallies.clear()
        await world.register_user(username="ann", password="p", fullname="Ann", address="192.0.2.1")
        assert set(world.storage.tallies) == {names("registrations", "192.0.2.1")}

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
        known, unknown = Guarded(), len(world.storage.tallies)
        await known.a_user()
        for _ in range(3):
            await known.guesses(1)
        assert len(known.storage.tallies) == unknown

    async def test_is_not_passed_by_many_at_once(self, world: Guarded) -> None:
        before = world.looked_at
        guesses: list[Awaitable[LoggedIn]] = [world.guess() for _ in range(200)]
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
            await world.reopen_user(username="nobody")
        await world.reopen_user(username="SANTOSH")
        assert await world.guess("sntsh")

    async def test_is_reopened_by_a_new_password_from_an_operator(self, world: Guarded) -> None:
        for _ in range(100):
            await world.guesses(1)
            world.clock.advance(minutes=15)
        await world.set_password(username="santosh", password="another")
        assert await world.guess("another")


class TestOwner:
    async def test_gets_in_on_a_known_device_at_the_first_try_whatever_strangers_do(
        self, world: Guarded
    ) -> None:
        """R18 (CVE-2024-1722 (Keycloak); CWE-645): strangers lock the owner out."""
        token = (await world.guess("sntsh")).device_token
        looked_at = 0
        for number in range(1_000):
            for attacker in range(10):
                looked_at += await world.guesses(1, address=f"10.1.{number % 256}.{attacker}")
            world.clock.advance(minutes=1)
        assert looked_at <= 100
        assert await world.guess("sntsh", token=token, address="10.1.0.1")

    async def test_is_counted_under_the_name_of_every_other_version(self, world: Guarded) -> None:
        token = (await world.guess("sntsh")).device_token
        device = DeviceTokenMint(A_SECRET_KEY).read(token, a_username("santosh"))
        world.storage.tallies.clear()
        await world.guesses(1, token=token)
        assert device
        assert set(world.storage.tallies) == {TallyKeys(A_SECRET_KEY)("device", "santosh", device)}

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
        world.storage.tallies.clear()
        with pytest.raises(WrongPassword):
            await change("wrong")
        assert set(world.storage.tallies) == {TallyKeys(A_SECRET_KEY)("session", session)}

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

    async def test_tells_the_network_of_a_session_that_goes_on(
        self, world: Guarded, change: Callable[[str], Awaitable[None]]
    ) -> None:
        for _ in range(10 + 30):
            with pytest.raises(WrongPassword):
                await change("wrong")
        with pytest.raises(TooManyAttempts):
            await change("wrong")
        with pytest.raises(TooManyAttempts):
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


class TestWithoutLimits:
    async def test_counts_nothing(self, world: Guarded) -> None:
        world = replace(world, limits=None)
        for _ in range(150):
            await world.guesses(1, address="192.0.2.1")
        assert world.looked_at >= 150
        assert world.storage.tallies == {}
        assert await world.guess("sntsh", address="192.0.2.1")
