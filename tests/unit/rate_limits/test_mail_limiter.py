"""Limits on mails, and on the requests that cause them."""

import pytest
from tests.application import A_SECRET_KEY
from tests.fakes import FakeClock, FakeCounterRepository

from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.accounts.user import UserId
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.sessions.session import SessionId

ANN = UserId(1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def limiter(clock: FakeClock) -> MailLimiter:
    return MailLimiter(
        counters=FakeCounterRepository(), keys=CounterKeys(A_SECRET_KEY), limits=Limits(), clock=clock
    )


async def sent(limiter: MailLimiter, clock: FakeClock, *, number: int, seconds: int, **of: object) -> int:
    """Return how many of `number` mails, one in so many `seconds`, are sent."""
    allowed = 0
    for _ in range(number):
        key, user_id = str(of.get("key", "ann@example.com")), of.get("user_id")
        allowed += await limiter.allows_mail(key, user_id=user_id, proved=False)  # type: ignore[arg-type]  # of a test
        clock.advance(seconds=seconds)
    return allowed


class TestMails:
    async def test_one_a_minute_to_one_address(self, limiter: MailLimiter, clock: FakeClock) -> None:
        assert await sent(limiter, clock, number=60, seconds=1) == 1
        assert await sent(limiter, clock, number=1, seconds=1) == 1
        assert await sent(limiter, clock, number=1, seconds=0, key="bob@example.com") == 1

    async def test_five_an_hour_to_one_address(self, limiter: MailLimiter, clock: FakeClock) -> None:
        assert await sent(limiter, clock, number=9, seconds=60) == 5
        assert await sent(limiter, clock, number=10, seconds=60) == 1

    async def test_ten_a_day_to_one_address(self, limiter: MailLimiter, clock: FakeClock) -> None:
        assert await sent(limiter, clock, number=12, seconds=720) == 10
        clock.advance(days=1)
        assert await sent(limiter, clock, number=1, seconds=0) == 1

    async def test_one_mailbox_by_all_its_subaddresses(self, limiter: MailLimiter, clock: FakeClock) -> None:
        """RFC 5233: a stranger must not fill a mailbox through addresses that its owner never used."""
        for key in ("ann@example.com", "ann+1@example.com", "ann+2+3@example.com"):
            assert await sent(limiter, clock, number=1, seconds=0, key=key) == (key == "ann@example.com")
        for key in ("+1@example.com", "+2@example.com"):
            assert await sent(limiter, clock, number=1, seconds=0, key=key) == 1

    async def test_to_a_proved_address_have_limits_of_their_own(self, limiter: MailLimiter) -> None:
        for key in ("ann@example.com", "ann+1@example.com"):
            assert await limiter.allows_mail(key, user_id=ANN, proved=True)
            assert not await limiter.allows_mail(key, user_id=ANN, proved=True)
        assert await limiter.allows_mail("ann@example.com", user_id=ANN, proved=False)

    async def test_ten_a_day_of_one_account(self, limiter: MailLimiter) -> None:
        allowed = [
            await limiter.allows_mail(f"ann{number}@example.com", user_id=ANN, proved=False)
            for number in range(12)
        ]
        assert allowed == [True] * 10 + [False] * 2
        assert await limiter.allows_mail("ann99@example.com", user_id=UserId(2), proved=False)

    async def test_unsent_mail_counts_for_nothing(self, limiter: MailLimiter, clock: FakeClock) -> None:
        assert await sent(limiter, clock, number=1_000, seconds=0) == 1
        clock.advance(minutes=1)
        assert await sent(limiter, clock, number=1, seconds=0) == 1

    async def test_refunded_mail_may_be_sent(self) -> None:
        for proved in (True, False):
            counters = FakeCounterRepository()
            limiter = MailLimiter(
                counters=counters, keys=CounterKeys(A_SECRET_KEY), limits=Limits(), clock=FakeClock()
            )
            assert await limiter.allows_mail("ann@example.com", user_id=ANN, proved=proved)
            await limiter.refund_mail("ann@example.com", user_id=ANN, proved=proved)
            assert {counter.count for counter in counters.storage.counters.values()} == {0}
            assert await limiter.allows_mail("ann@example.com", user_id=ANN, proved=proved)


class TestRequests:
    async def test_ten_reset_requests_an_hour_of_one_network(
        self, limiter: MailLimiter, clock: FakeClock
    ) -> None:
        for number in range(10):
            await limiter.check_reset_request(address=f"2001:db8::{number}")
        with pytest.raises(TooManyRequests) as refusal:
            await limiter.check_reset_request(address="2001:db8::ffff")
        assert refusal.value.retry_after == 360
        await limiter.check_reset_request(address="2001:db8:0:1::")
        clock.advance(seconds=360)
        await limiter.check_reset_request(address="2001:db8::")

    async def test_one_resend_a_minute_of_one_session(self, limiter: MailLimiter, clock: FakeClock) -> None:
        await limiter.check_resend(SessionId("one"))
        clock.advance(seconds=30)
        with pytest.raises(TooManyRequests) as refusal:
            await limiter.check_resend(SessionId("one"))
        assert refusal.value.retry_after == 30
        await limiter.check_resend(SessionId("another"))

    async def test_ten_address_changes_an_hour_of_one_account(self, limiter: MailLimiter) -> None:
        for _ in range(10):
            await limiter.check_address_change(ANN)
        with pytest.raises(TooManyRequests):
            await limiter.check_address_change(ANN)
        await limiter.check_address_change(UserId(2))

    async def test_twenty_factor_changes_an_hour_of_one_account(
        self, limiter: MailLimiter, clock: FakeClock
    ) -> None:
        for _ in range(20):
            await limiter.check_factor_change(ANN)
        with pytest.raises(TooManyRequests) as refusal:
            await limiter.check_factor_change(ANN)
        assert refusal.value.retry_after == 180
        await limiter.check_factor_change(UserId(2))
        clock.advance(seconds=180)
        await limiter.check_factor_change(ANN)


class TestWithoutLimits:
    async def test_allows_everything(self) -> None:
        limiter = MailLimiter(
            counters=FakeCounterRepository(), keys=CounterKeys(A_SECRET_KEY), limits=None, clock=FakeClock()
        )
        for _ in range(30):
            await limiter.check_reset_request(address="192.0.2.1")
            await limiter.check_resend(SessionId("one"))
            await limiter.check_address_change(ANN)
            await limiter.check_factor_change(ANN)
            await limiter.refund_mail("ann@example.com", user_id=ANN, proved=False)
            assert await limiter.allows_mail("ann@example.com", user_id=ANN, proved=False)
