"""Events reach a webhook in order, at least once."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier
from tests.port_calls import with_calls
from tests.webhook_helpers import URL, Installation, failing

from fastauth.application.webhooks.deliver_webhook import PAGE_SIZE
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.outbound.ports import OutboundRequest, OutboundResponse
from fastauth.domain.webhooks.delivery import Deliveries
from fastauth.domain.webhooks.schedule import LEASE, RETRY_DELAYS, SENDING_TIME


@pytest.fixture
async def here() -> Installation:
    return Installation()


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

    async def test_change_ends_what_is_under_way(self, here: Installation) -> None:
        """From the change of URL or secret on no message has the former one, and none is lost or repeated."""
        await here.create()
        await here.happen("a", "b", "c")

        async def change(request: OutboundRequest) -> OutboundResponse:
            here.http.send = sent  # type: ignore[method-assign]  # once
            await here.app.container.change_webhook()(
                acting=None, webhook_id=here.id, url="https://other.example/"
            )
            return await sent(request)

        sent = here.http.send
        here.http.send = change  # type: ignore[method-assign]  # while a message is under way
        assert [each.delivered for each in [*await here.round(), *await here.round()]] == [1, 2]
        assert [each.url for each in here.http.requests] == [URL, *2 * ["https://other.example/"]]
        assert here.subjects == ["a", "b", "c"]

    async def test_change_of_types_counts_from_the_next_event(self, here: Installation) -> None:
        """Neither is more of the former types sent, nor is the place moved past events of the new ones."""
        await here.create()
        await here.happen("a", "b", "c")

        async def change(request: OutboundRequest) -> OutboundResponse:
            here.http.send = sent  # type: ignore[method-assign]  # once
            await here.app.container.change_webhook()(
                acting=None, webhook_id=here.id, types=["user.disabled"]
            )
            return await sent(request)

        sent = here.http.send
        here.http.send = change  # type: ignore[method-assign]  # while a message is under way
        assert [each.delivered for each in [*await here.round(), *await here.round()]] == [1, 0]
        assert here.subjects == ["a"]

    async def test_events_of_other_types_are_passed_over(self, here: Installation) -> None:
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
        assert done == Deliveries(here.id, 1, "the receiver answered with status 500")
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
            here.clock.advance(SENDING_TIME / 4)
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


class TestReads:
    async def test_of_the_feed_are_bounded(self, here: Installation) -> None:
        """A webhook that was away for days is behind millions of events."""
        await here.create()
        await here.happen("a")
        claim, claimed = with_calls(here.app.container.claim_webhooks(), "queue")
        (webhook,) = await claim(limit=10)
        now = here.clock.now()
        assert claimed.made == [("claim", (), {"now": now, "leased_until": now + LEASE, "limit": 10})]
        deliver, read = with_calls(here.app.container.deliver_webhook(), "feed")
        assert await deliver(webhook) == Deliveries(here.id, 1)
        wanted = {"after": webhook.cursor, "limit": PAGE_SIZE, "types": webhook.types}
        assert read.made == [("read", (), wanted)]

    async def test_end_when_the_time_is_over(self, here: Installation) -> None:
        """At the very moment, also behind the last event of a page."""

        def slow(_: OutboundRequest) -> int:
            here.clock.advance(SENDING_TIME / PAGE_SIZE)
            return 204

        here.http.answer = slow
        await here.create()
        await here.happen(*(str(number) for number in range(PAGE_SIZE + 1)))
        (webhook,) = await here.app.container.claim_webhooks()(limit=10)
        deliver, read = with_calls(here.app.container.deliver_webhook(), "feed")
        assert await deliver(webhook) == Deliveries(here.id, PAGE_SIZE)
        assert len(read.made) == 1


class TestPlace:
    """How far a webhook has come is stored after each event, and behind events of other types."""

    async def test_is_stored_with_the_time(self, here: Installation) -> None:
        await here.create("role.changed")
        await here.happen("a")
        await here.happen("b", type_=EventType.CLIENT_CREATED)
        (webhook,) = await here.app.container.claim_webhooks()(limit=10)
        deliver, queue = with_calls(here.app.container.deliver_webhook(), "queue")
        now, last = here.clock.now(), here.app.storage.last_seq
        assert await deliver(webhook) == Deliveries(here.id, 1)
        one, other = replace(webhook, cursor=last - 1), replace(webhook, cursor=last)
        assert queue.made == [
            ("advance", (one,), {"cursor": last - 1, "now": now, "delivered": True}),
            ("advance", (other,), {"cursor": last, "now": now, "delivered": False}),
            ("release", (other,), {}),
        ]

    async def test_is_stored_once(self, here: Installation) -> None:
        """Behind an event that was sent there is none of another type."""
        await here.create("role.changed")
        await here.happen("a")
        (webhook,) = await here.app.container.claim_webhooks()(limit=10)
        deliver, queue = with_calls(here.app.container.deliver_webhook(), "queue")
        assert await deliver(webhook) == Deliveries(here.id, 1)
        assert [name for name, _, _ in queue.made] == ["advance", "release"]

    async def test_of_a_webhook_that_was_removed_is_not(self, here: Installation) -> None:
        for type_, delivered in ((EventType.ROLE_CHANGED, 1), (EventType.CLIENT_CREATED, 0)):
            await here.create("role.changed")
            await here.happen("a", type_=type_)
            (webhook,) = await here.app.container.claim_webhooks()(limit=10)
            await here.app.container.remove_webhook()(acting=None, webhook_id=here.id)
            deliver, queue = with_calls(here.app.container.deliver_webhook(), "queue")
            assert await deliver(webhook) == Deliveries(webhook.id, delivered)
            assert [name for name, _, _ in queue.made] == ["advance", "release"]
