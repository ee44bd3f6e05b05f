"""What becomes of a webhook whose receiver does not accept a message."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.admin_helpers import a_user_with
from tests.webhook_helpers import URL, Installation, failing

from fastauth.application.webhooks.back_off import BackOff
from fastauth.application.webhooks.deliver_webhook import DeliverWebhook
from fastauth.application.webhooks.give_up import MAX_NOTIFIED
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.outbound.errors import OutboundFailure
from fastauth.domain.outbound.ports import OutboundRequest, OutboundResponse
from fastauth.domain.webhooks.delivery import Deliveries
from fastauth.domain.webhooks.schedule import MAX_ATTEMPTS, RETRY_DELAYS
from fastauth.domain.webhooks.webhook import DisabledReason, WebhookState


@pytest.fixture
async def here() -> Installation:
    return Installation()


class TestFailures:
    async def test_answers(self, here: Installation) -> None:
        delivered = (200, 201, 202, 204, 299)
        failed = (100, 199, 300, 301, 302, 307, 400, 401, 404, 408, 429, 500, 503, *OutboundFailure)
        await here.create()
        for answer in (*delivered, *failed):
            here.http.answer = lambda _, answer=answer: answer  # type: ignore[misc]  # bound now
            await here.happen("a")
            (done,) = await here.round()
            assert (done.error is None) is (answer in delivered), answer
            assert done.disabled is None
            await here.app.container.resume_webhook()(acting=None, webhook_id=here.id)

    async def test_attempts_end_after_three_days(self) -> None:
        here = Installation()
        here.http.answer = lambda _: OutboundFailure.TIMED_OUT
        await here.create()
        await here.happen("a")
        began = here.clock.now()
        for delay in RETRY_DELAYS:
            (done,) = await here.round()
            assert done.disabled is None
            stored = await here.stored()
            assert stored.state(now=here.clock.now(), last_seq=9) is WebhookState.WAITING
            here.clock.advance(delay - timedelta(microseconds=1))
            assert await here.round() == []
            here.clock.advance(timedelta(microseconds=1))
        (done,) = await here.round()

        assert done.disabled is DisabledReason.FAILING
        assert here.clock.now() - began == timedelta(hours=75, minutes=35, seconds=5)
        assert len(here.http.requests) == MAX_ATTEMPTS
        stored = await here.stored()
        assert (stored.disabled_reason, stored.failures) == (DisabledReason.FAILING, MAX_ATTEMPTS)
        assert stored.last_error == "no response in time"
        here.clock.advance(timedelta(days=30))
        assert await here.round() == []

    async def test_success_begins_the_schedule_again(self) -> None:
        here = Installation()
        here.http.answer = lambda _: 500
        await here.create()
        await here.happen("a")
        await here.round()
        here.http.answer = failing("b").answer
        await here.happen("b")
        here.clock.advance(RETRY_DELAYS[0])
        (done,) = await here.round()
        assert done.delivered == 1
        stored = await here.stored()
        assert (stored.failures, stored.due_at) == (1, here.clock.now() + RETRY_DELAYS[0])

    async def test_gone_disables_at_once_and_resume_brings_up_to_date(self) -> None:
        here = Installation()
        here.http.answer = failing("b", answer=410).answer
        await here.create()
        await here.happen("a", "b", "c")
        (done,) = await here.round()
        assert done.disabled is DisabledReason.GONE
        await here.happen("d")
        here.http.answer = lambda _: 204
        await here.app.container.resume_webhook()(acting=None, webhook_id=here.id)
        await here.round()
        assert here.subjects == ["a", "b", "b", "c", "d"]
        recorded = [each for each in here.app.event_types() if each.value.startswith("webhook")]
        assert recorded == [
            EventType.WEBHOOK_CREATED,
            EventType.WEBHOOK_DISABLED,
            EventType.WEBHOOK_RESUMED,
        ]

    async def test_url_that_was_replaced_meanwhile_disables_nothing(self, here: Installation) -> None:
        """The receiver that is gone is not the one of the new URL, which gets the message at once."""

        async def change(request: OutboundRequest) -> OutboundResponse:
            here.http.send = sent  # type: ignore[method-assign]  # once
            await here.app.container.change_webhook()(
                acting=None, webhook_id=here.id, url="https://other.example/"
            )
            return await sent(request)

        here.http.answer = lambda request: 410 if request.url == URL else 204
        await here.create()
        await here.happen("a")
        sent = here.http.send
        here.http.send = change  # type: ignore[method-assign]  # while a message is under way
        (done,) = await here.round()
        assert done == Deliveries(here.id, 0, "the receiver answered with status 410")
        assert EventType.WEBHOOK_DISABLED not in here.app.event_types()
        (done,) = await here.round()
        assert done == Deliveries(here.id, 1)

    async def test_failed_attempt_is_stored(self, here: Installation) -> None:
        here.http.answer = lambda _: 500
        await here.create()
        await here.happen("a")
        before = await here.stored()
        here.clock.advance(minutes=1)
        await here.round()
        now = here.clock.now()
        assert await here.stored() == replace(
            before,
            failures=1,
            due_at=now + RETRY_DELAYS[0],
            last_attempt_at=now,
            last_error="the receiver answered with status 500",
        )

    async def test_event_about_what_was_disabled(self, here: Installation) -> None:
        here.http.answer = lambda _: 410
        await here.create()
        await here.happen("a")
        here.clock.advance(minutes=1)
        await here.round()
        assert here.app.storage.events[-1] == Event(
            type=EventType.WEBHOOK_DISABLED, occurred_at=here.clock.now(), detail=here.id
        )

    async def test_secret_that_cannot_be_opened_is_a_failure(self, here: Installation) -> None:
        await here.create()
        await here.happen("a")
        stored = await here.stored()
        here.app.storage.webhooks[here.id] = replace(stored, secret="no sealed text")
        (done,) = await here.round()
        assert done.error == "A stored secret cannot be decrypted."
        assert here.http.requests == []


class TestBug:
    """An unexpected error. It is not the receiver's, so it does not disable the webhook."""

    async def test_delays_are_those_of_a_failure(self, here: Installation) -> None:
        def broken(_: OutboundRequest) -> int:
            raise ZeroDivisionError

        here.http.answer = broken
        await here.create()
        await here.happen("a")
        for attempt, delay in enumerate((*RETRY_DELAYS, *RETRY_DELAYS[-1:] * 2), start=1):
            with pytest.raises(ZeroDivisionError):
                await here.round()
            stored = await here.stored()
            assert (stored.failures, stored.leased_until, stored.disabled_at) == (attempt, None, None)
            assert (stored.due_at, stored.last_error) == (here.clock.now() + delay, "internal error")
            here.clock.advance(delay - timedelta(microseconds=1))
            assert await here.round() == []
            here.clock.advance(timedelta(microseconds=1))
        here.http.answer = lambda _: 204
        (done,) = await here.round()
        assert done == Deliveries(here.id, 1)

    async def test_behind_an_event_that_was_delivered(self, here: Installation) -> None:
        def broken(request: OutboundRequest) -> int:
            if failing("b").answer(request) == 500:
                raise ZeroDivisionError
            return 204

        await here.create()
        await here.happen("a", "b")
        here.http.answer = lambda _: 500
        for delay in RETRY_DELAYS[:3]:
            await here.round()
            here.clock.advance(delay)
        here.http.answer = broken
        with pytest.raises(ZeroDivisionError):
            await here.round()
        stored = await here.stored()
        assert (stored.failures, stored.due_at) == (1, here.clock.now() + RETRY_DELAYS[0])

    async def test_in_what_gives_up(self, here: Installation) -> None:
        """The receiver is not sent the message every minute from then on."""
        here.http.answer = lambda _: 410
        await here.create()
        await here.happen("a")
        (claimed,) = await here.app.container.claim_webhooks()(limit=1)

        async def broken(*_: object, **__: object) -> bool:
            raise ZeroDivisionError

        deliver = DeliverWebhook(
            queue=here.app.container.webhook_queue(),
            feed=here.app.container.event_feed(),
            send=here.app.container.webhook_sender(),
            back_off=BackOff(queue=here.app.container.webhook_queue(), give_up=broken, clock=here.clock),
            clock=here.clock,
        )
        with pytest.raises(ZeroDivisionError):
            await deliver(claimed)
        assert (await here.stored()).due_at == here.clock.now() + RETRY_DELAYS[0]


class TestNotice:
    async def test_administrators_get_a_mail_and_others_do_not(self) -> None:
        here = Installation()
        here.http.answer = lambda _: 410
        for name, roles in (("root", ["admin"]), ("looker", ["auditor"]), ("ann", [])):
            await a_user_with(here.app, name, *roles)
            await here.app.a_verified_address(f"{name}@example.com", username=name)
        await here.app.deliver()
        await here.create()
        await here.happen("a")
        await here.round()

        mails = [
            entry
            for entry in await here.app.deliver()
            if MailTemplate.WEBHOOK_DISABLED.value in entry.subject
        ]
        assert [mail.to for mail in mails] == ["root@example.com"]
        assert here.id in mails[0].text
        assert "receiver.example" in mails[0].text
        assert "/hook" not in mails[0].text

    async def test_when_and_to_the_verified_address_alone(self) -> None:
        here = Installation()
        here.http.answer = lambda _: 410
        await a_user_with(here.app, "root", "admin")
        await here.app.a_verified_address("former@example.com", username="root")
        await here.app.a_verified_address("root@example.com", username="root")
        here.clock.advance(hours=1)
        await here.app.deliver()
        await here.create()
        await here.happen("a")
        await here.round()
        here.clock.advance(minutes=7)
        (mail,) = await here.app.deliver()
        assert mail.to == "root@example.com"
        assert "when: 2026-11-22 13:00 UTC\n" in mail.text
        assert f"webhook: {here.id} (receiver.example)\n" in mail.text

    async def test_at_most_twenty_get_a_notice(self) -> None:
        here = Installation()
        here.http.answer = lambda _: 410
        names = [f"root{number}" for number in range(MAX_NOTIFIED + 1)]
        for name in names:
            await a_user_with(here.app, name, "admin")
            await here.app.a_verified_address(f"{name}@example.com", username=name)
        await here.app.deliver()
        await here.create()
        await here.happen("a")
        await here.round()
        mails = await here.app.deliver()
        assert sorted(mail.to for mail in mails) == sorted(
            f"{name}@example.com" for name in names[:MAX_NOTIFIED]
        )
