"""Events reach a webhook in order, at least once, whatever its receiver does."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier
from tests.admin_helpers import a_user_with
from tests.application import Application
from tests.fakes import FakeClock, FakeOutboundHttp

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.mail.template import MailTemplate
from fastauth.domain.outbound.errors import OutboundFailure
from fastauth.domain.outbound.ports import OutboundRequest
from fastauth.domain.webhooks.delivery import Deliveries
from fastauth.domain.webhooks.schedule import LEASE, MAX_ATTEMPTS, RETRY_DELAYS
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook, WebhookState

URL = "https://receiver.example/hook"


class Installation:
    """An application with a webhook, and what its receiver was sent."""

    def __init__(self) -> None:
        self.app = Application()
        http = self.app.container.outbound_http()
        assert isinstance(http, FakeOutboundHttp)
        self.http = http
        self.clock: FakeClock = self.app.clock
        self.id = ""

    async def create(self, *types: str) -> str:
        new = await self.app.container.create_webhook()(acting=None, url=URL, types=types or None)
        self.id = new.webhook.id
        return new.secret

    async def happen(self, *details: str, type_: EventType = EventType.ROLE_CHANGED) -> None:
        for detail in details:
            event = Event(type=type_, occurred_at=self.clock.now(), detail=detail)
            await self.app.container.events().record(event)
        while await self.app.container.event_numbering().number(limit=500):
            pass

    async def round(self) -> list[Deliveries]:
        claimed = await self.app.container.claim_webhooks()(limit=10)
        return [await self.app.container.deliver_webhook()(each) for each in claimed]

    async def stored(self) -> Webhook:
        found = await self.app.container.webhooks().get(self.id)
        assert found
        return found

    @property
    def subjects(self) -> list[str]:
        return [json.loads(each.body)["data"].get("subject") for each in self.http.requests]


@pytest.fixture
async def here() -> Installation:
    return Installation()


def failing(*subjects: str, answer: int | OutboundFailure = 500) -> FakeOutboundHttp:
    def answers(request: OutboundRequest) -> int | OutboundFailure:
        return answer if json.loads(request.body)["data"].get("subject") in subjects else 204

    return FakeOutboundHttp(answers)


class TestMessages:
    async def test_message_as_the_receiver_verifies_it(self, here: Installation) -> None:
        secret = await here.create()
        await here.happen("clerk")
        await here.round()

        (request,) = here.http.requests
        assert (request.method, request.url, request.timeout_seconds) == ("POST", URL, 10.0)
        assert request.headers["Content-Type"] == "application/json"
        assert request.headers["webhook-id"].startswith("ev_")
        timestamp = here.clock.now()
        assert request.headers["webhook-timestamp"] == str(int(timestamp.timestamp()))
        signature = Verifier(secret).sign(request.headers["webhook-id"], timestamp, request.body.decode())
        assert request.headers["webhook-signature"] == signature
        message = json.loads(request.body)
        assert message == {
            "type": "role.changed",
            "timestamp": timestamp.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "data": {"subject": "clerk"},
        }

    async def test_signatures_by_both_secrets_for_a_day(self, here: Installation) -> None:
        old = await here.create()
        new = (await here.app.container.rotate_webhook_secret()(acting=None, webhook_id=here.id)).secret
        for elapsed, secrets in ((0, [new, old]), (24, [new])):
            here.clock.advance(timedelta(hours=elapsed))
            await here.happen("clerk")
            await here.round()
            request = here.http.requests[-1]
            expected = [
                Verifier(each).sign(request.headers["webhook-id"], here.clock.now(), request.body.decode())
                for each in secrets
            ]
            assert request.headers["webhook-signature"].split(" ") == expected

    async def test_rotation_at_once_ends_the_old_secret(self, here: Installation) -> None:
        await here.create()
        await here.app.container.rotate_webhook_secret()(acting=None, webhook_id=here.id, at_once=True)
        await here.happen("clerk")
        await here.round()
        assert " " not in here.http.requests[0].headers["webhook-signature"]

    async def test_types(self, here: Installation) -> None:
        await here.create("user.disabled")
        await here.happen("clerk")
        await here.round()

        assert here.http.requests == []
        assert (await here.stored()).cursor == here.app.storage.last_seq
        assert await here.app.container.claim_webhooks()(limit=10) == []

    async def test_events_before_it_was_created_are_not_sent(self, here: Installation) -> None:
        await here.happen("before")
        await here.create()
        await here.happen("after")
        await here.round()
        assert here.subjects == ["after"]


class TestOrder:
    async def test_more_events_than_a_page(self, here: Installation) -> None:
        await here.create()
        names = [str(n) for n in range(120)]
        await here.happen(*names)
        (done,) = await here.round()
        assert here.subjects == names
        assert done == Deliveries(here.id, 120)

    async def test_nothing_overtakes_an_event_that_fails(self) -> None:
        here = Installation()
        here.http.answer = failing("b").answer
        await here.create()
        await here.happen("a", "b", "c")
        (done,) = await here.round()

        assert here.subjects == ["a", "b"]
        assert done.error == "the receiver answered with status 500"
        await here.happen("d")
        assert await here.round() == []
        here.http.answer = lambda _: 200
        here.clock.advance(RETRY_DELAYS[0])
        await here.round()
        assert here.subjects == ["a", "b", "b", "c", "d"]
        ids = [each.headers["webhook-id"] for each in here.http.requests]
        assert ids[1] == ids[2]
        assert here.http.requests[1].body == here.http.requests[2].body

    async def test_process_that_dies_after_the_answer(self, here: Installation) -> None:
        """The place was not stored: the message is sent again, with the same id."""
        await here.create()
        await here.happen("a", "b")
        queue, advance = here.app.container.webhook_queue(), here.app.container.webhook_queue().advance

        async def unavailable(*_: object, **__: object) -> bool:
            raise StorageUnavailable

        queue.advance = unavailable  # type: ignore[method-assign]  # a database that goes away
        with pytest.raises(StorageUnavailable):
            await here.round()
        queue.advance = advance  # type: ignore[method-assign]  # and comes back
        assert await here.round() == []
        here.clock.advance(LEASE)
        await here.round()
        assert here.subjects == ["a", "a", "b"]
        assert len({each.headers["webhook-id"] for each in here.http.requests}) == 2

    async def test_stops_after_its_time_and_goes_on_later(self, here: Installation) -> None:
        def slow(_: OutboundRequest) -> int:
            here.clock.advance(timedelta(seconds=9))
            return 204

        here.http.answer = slow
        await here.create()
        await here.happen(*"abcdef")
        (done,) = await here.round()
        assert done.delivered == 4
        assert (await here.stored()).leased_until is None
        await here.round()
        assert here.subjects == list("abcdef")

    async def test_disabled_or_removed_while_sending(self, here: Installation) -> None:
        for act in ("disable_webhook", "remove_webhook"):
            here.http.requests.clear()
            await here.create()
            await here.happen("a", "b")
            claimed = await here.app.container.claim_webhooks()(limit=10)
            await getattr(here.app.container, act)()(acting=None, webhook_id=here.id)
            for each in claimed:
                await here.app.container.deliver_webhook()(each)
            assert here.subjects == ["a"], act


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

    async def test_secret_that_cannot_be_opened_is_a_failure(self, here: Installation) -> None:
        await here.create()
        await here.happen("a")
        stored = await here.stored()
        here.app.storage.webhooks[here.id] = replace(stored, secret="no sealed text")
        (done,) = await here.round()
        assert done.error == "A stored secret cannot be decrypted."
        assert here.http.requests == []


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


class TestSecrets:
    async def test_are_in_no_repr_and_not_stored_in_the_clear(self, here: Installation) -> None:
        secret = await here.create()
        new = await here.app.container.rotate_webhook_secret()(acting=None, webhook_id=here.id)
        stored = await here.stored()
        for text in (repr(stored), repr(new), str(here.app.storage.webhooks)):
            assert secret not in text
            assert new.secret not in text
        assert secret not in (stored.secret, stored.previous_secret)
        assert len(secret) == len("whsec_" + b64encode(bytes(32)).decode())
