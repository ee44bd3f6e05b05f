"""One attempt: what becomes of the entry, with every field of the result."""

from datetime import timedelta

import pytest
from tests.fakes import FakeClock, FakeSecretBox

from fastauth.application.outbox.attempt import Attempt
from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.delivery import Delivery, Unfinished
from fastauth.domain.outbox.errors import PermanentFailure, Postponed, TemporaryFailure
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind, OutboxOutcome
from fastauth.domain.outbox.schedule import MAX_ATTEMPTS, RETRY_DELAYS
from fastauth.domain.outbox.sealed import ClaimedEntry, seal_content

MAIL = OutboxKind.MAIL
BOX = FakeSecretBox()
BUG = KeyError("to")


def claimed(clock: FakeClock, *, attempts: int = 1, expires_in: timedelta | None = None) -> ClaimedEntry:
    return ClaimedEntry(
        id="1",
        kind=MAIL,
        user_id=UserId(7),
        sealed=seal_content({"to": "a"}, BOX),
        attempts=attempts,
        created_at=clock.now(),
        expires_at=None if expires_in is None else clock.now() + expires_in,
    )


async def attempt(entry: ClaimedEntry, clock: FakeClock, failure: Exception | None = None) -> Delivery:
    async def handle(_entry: OutboxEntry) -> None:
        if failure:
            raise failure

    return await Attempt(handlers={MAIL: handle}, box=BOX, clock=clock)(entry)


class TestAttempt:
    async def test_delivered_entry_is_sent(self, clock: FakeClock) -> None:
        assert await attempt(claimed(clock), clock) == Delivery(kind=MAIL, result=OutboxOutcome.SENT)

    async def test_entry_that_expires_now_is_not_delivered(self, clock: FakeClock) -> None:
        entry = claimed(clock, expires_in=timedelta(0))
        assert await attempt(entry, clock, BUG) == Delivery(kind=MAIL, result=OutboxOutcome.EXPIRED)

    async def test_entry_is_given_up_after_its_last_attempt_died(self, clock: FakeClock) -> None:
        given_up = Delivery(kind=MAIL, result=OutboxOutcome.GIVEN_UP, error="the process died")
        assert await attempt(claimed(clock, attempts=MAX_ATTEMPTS + 1), clock) == given_up

    async def test_permanent_failure_closes_the_entry(self, clock: FakeClock) -> None:
        refused = Delivery(kind=MAIL, result=OutboxOutcome.REFUSED, error="550")
        assert await attempt(claimed(clock), clock, PermanentFailure("550")) == refused

    async def test_postponed_entry_is_due_later(self, clock: FakeClock) -> None:
        after = timedelta(seconds=20)
        postponed = Delivery(kind=MAIL, result=Unfinished.POSTPONED, due_in=after)
        assert await attempt(claimed(clock), clock, Postponed(after=after)) == postponed

    @pytest.mark.parametrize(
        ("failure", "error", "bug"), [(TemporaryFailure("421"), "421", None), (BUG, "KeyError", BUG)]
    )
    async def test_failure(
        self, clock: FakeClock, failure: Exception, error: str, bug: Exception | None
    ) -> None:
        """Retried; given up after the last attempt; expired if it would be due at its end or later."""
        delay = RETRY_DELAYS[0]
        retried = Delivery(kind=MAIL, result=Unfinished.RETRIED, error=error, due_in=delay, bug=bug)
        given_up = Delivery(kind=MAIL, result=OutboxOutcome.GIVEN_UP, error=error, bug=bug)
        expired = Delivery(kind=MAIL, result=OutboxOutcome.EXPIRED, error=error, bug=bug)
        later = delay + timedelta(seconds=1)
        assert await attempt(claimed(clock), clock, failure) == retried
        assert await attempt(claimed(clock, expires_in=later), clock, failure) == retried
        assert await attempt(claimed(clock, expires_in=delay), clock, failure) == expired
        assert await attempt(claimed(clock, attempts=MAX_ATTEMPTS), clock, failure) == given_up


class TestClaimedEntry:
    def test_open_decrypts_the_content(self, clock: FakeClock) -> None:
        entry = claimed(clock, attempts=2, expires_in=timedelta(days=1))
        assert entry.open(BOX) == OutboxEntry(
            id="1",
            kind=MAIL,
            user_id=UserId(7),
            content={"to": "a"},
            attempts=2,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )


class TestDeliveryFailed:
    def test_message_is_the_reason(self) -> None:
        assert str(TemporaryFailure("421 4.7.0")) == "421 4.7.0"
