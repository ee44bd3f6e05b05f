"""What a `WebhookRepository` and a `WebhookQueue` promise."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.event_feed.ports import EventFeed, EventNumbering
from fastauth.domain.event_feed.published_event import PublishedType
from fastauth.domain.webhooks.ports import WebhookQueue, WebhookRepository
from fastauth.domain.webhooks.webhook import DisabledReason, Webhook, WebhookState, new_id

NOW = datetime(3026, 11, 26, 12, tzinfo=UTC)
"""So late that a running service on the same database takes no webhook for due."""

MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class WebhookPorts:
    webhooks: WebhookRepository
    queue: WebhookQueue
    events: EventLog
    numbering: EventNumbering
    feed: EventFeed

    async def an_event(self) -> int:
        """Record an event, and return the last number of the feed."""
        await self.events.record(Event(type=EventType.ROLE_CHANGED, occurred_at=NOW, detail="clerk"))
        while await self.numbering.number(limit=500):
            pass
        return (await self.feed.last()).seq

    async def a_webhook(self, *, due_at: datetime = NOW, cursor: int | None = None) -> Webhook:
        webhook = Webhook(
            id=new_id(),
            url="https://receiver.example/hook",
            types=frozenset({PublishedType.USER_DISABLED, PublishedType.SESSION_ENDED}),
            secret="sealed",
            created_at=NOW,
            cursor=(await self.feed.last()).seq if cursor is None else cursor,
            due_at=due_at,
        )
        await self.webhooks.add(webhook)
        return webhook

    async def stored(self, webhook: Webhook) -> Webhook:
        found = await self.webhooks.get(webhook.id)
        assert found
        return found

    async def claim(self, *, at: datetime = NOW, limit: int = 10, lease: timedelta = MINUTE) -> list[Webhook]:
        return await self.queue.claim(now=at, leased_until=at + lease, limit=limit)


class WebhookStorageContract(ABC):
    @abstractmethod
    @pytest.fixture
    def stored_ports(self) -> WebhookPorts:
        """The ports, over a storage that may have webhooks of other tests."""

    @pytest.fixture
    async def ports(self, stored_ports: WebhookPorts) -> WebhookPorts:
        for each in await stored_ports.webhooks.all():
            await stored_ports.webhooks.remove(each.id)
        return stored_ports

    async def test_add_get_all_remove(self, ports: WebhookPorts) -> None:
        first, second = await ports.a_webhook(), await ports.a_webhook()

        assert await ports.webhooks.get(first.id) == first
        assert set(await ports.webhooks.all()) == {first, second}
        assert await ports.webhooks.remove(first.id)
        assert not await ports.webhooks.remove(first.id)
        assert await ports.webhooks.get(first.id) is None

    async def test_change_leaves_progress(self, ports: WebhookPorts) -> None:
        webhook = await ports.a_webhook()
        seq = await ports.an_event()
        (claimed,) = await ports.claim()
        changed = replace(
            webhook,
            url="https://other.example/",
            types=None,
            secret="new",
            previous_secret="sealed",
            previous_secret_ends_at=NOW + MINUTE,
        )
        await ports.webhooks.change(changed)

        assert await ports.stored(webhook) == replace(changed, leased_until=claimed.leased_until)
        assert not await ports.queue.advance(claimed, cursor=seq, now=NOW, delivered=False)
        stored = await ports.stored(webhook)
        assert stored == replace(changed, leased_until=claimed.leased_until, cursor=seq)

    async def test_of_a_changed_configuration_no_more_is_sent(self, ports: WebhookPorts) -> None:
        gone = DisabledReason.GONE
        for changes in ({"url": "https://other.example/"}, {"secret": "new"}, {"types": None}):
            webhook = await ports.a_webhook()
            seq = await ports.an_event()
            (claimed,) = await ports.claim()
            assert await ports.queue.advance(claimed, cursor=claimed.cursor, now=NOW, delivered=True)
            await ports.webhooks.change(replace(webhook, **changes))
            goes_on = await ports.queue.advance(claimed, cursor=seq, now=NOW, delivered=True)
            assert (changes, goes_on) == (changes, False)
            disabled = await ports.webhooks.disable(
                webhook.id, now=NOW, reason=gone, error="", claimed=claimed
            )
            assert disabled is ("url" not in changes)
            await ports.webhooks.remove(webhook.id)

    async def test_claim_gives_a_lease(self, ports: WebhookPorts) -> None:
        webhook = await ports.a_webhook()
        assert await ports.claim() == []  # up to date
        await ports.an_event()

        (claimed,) = await ports.claim()
        assert claimed == replace(webhook, leased_until=NOW + MINUTE)
        assert await ports.claim(at=NOW + MINUTE / 2) == []
        (again,) = await ports.claim(at=NOW + MINUTE)
        assert again.leased_until == NOW + 2 * MINUTE
        assert not await ports.queue.advance(claimed, cursor=10**9, now=NOW, delivered=True)
        await ports.queue.retry(claimed, due_at=NOW, now=NOW, error="late")
        await ports.queue.release(claimed)
        assert await ports.stored(webhook) == again

    async def test_claim_takes_those_due_for_longest(self, ports: WebhookPorts) -> None:
        due = [await ports.a_webhook(due_at=NOW - n * MINUTE) for n in range(4)]
        await ports.a_webhook(due_at=NOW + MINUTE)
        await ports.an_event()

        assert [each.id for each in await ports.claim(limit=3)] == [each.id for each in due[:0:-1]]
        assert [each.id for each in await ports.claim(limit=3)] == [due[0].id]

    async def test_claims_at_once_never_overlap(self, ports: WebhookPorts) -> None:
        due = [(await ports.a_webhook()).id for _ in range(6)]
        await ports.an_event()
        rounds = await asyncio.gather(*(ports.claim(limit=2) for _ in range(8)))
        claimed = [each.id for one in rounds for each in one]
        assert len(claimed) == len(set(claimed))
        while more := await ports.claim(limit=2):  # what a claim at the same time had locked
            claimed += [each.id for each in more]
        assert sorted(claimed) == sorted(due)

    async def test_advance(self, ports: WebhookPorts) -> None:
        webhook = await ports.a_webhook()
        seq = await ports.an_event()
        (claimed,) = await ports.claim()
        await ports.queue.retry(claimed, due_at=NOW, now=NOW, error="no connection")
        (claimed,) = await ports.claim()
        assert (claimed.failures, claimed.last_error) == (1, "no connection")

        assert await ports.queue.advance(claimed, cursor=seq - 1, now=NOW, delivered=False)
        assert (await ports.stored(webhook)).failures == 1
        assert await ports.queue.advance(claimed, cursor=seq, now=NOW + MINUTE, delivered=True)
        await ports.queue.release(claimed)

        assert await ports.stored(webhook) == replace(
            webhook, cursor=seq, last_attempt_at=NOW + MINUTE, last_success_at=NOW + MINUTE
        )
        assert await ports.claim(at=NOW + MINUTE) == []

    async def test_retry(self, ports: WebhookPorts) -> None:
        webhook = await ports.a_webhook()
        seq = await ports.an_event()
        (claimed,) = await ports.claim()
        await ports.queue.retry(claimed, due_at=NOW + MINUTE, now=NOW, error="no connection")

        stored = await ports.stored(webhook)
        assert stored == replace(
            webhook, failures=1, due_at=NOW + MINUTE, last_attempt_at=NOW, last_error="no connection"
        )
        assert stored.state(now=NOW, last_seq=seq) is WebhookState.WAITING
        assert await ports.claim() == []
        assert len(await ports.claim(at=NOW + MINUTE)) == 1

    async def test_disable_and_resume(self, ports: WebhookPorts) -> None:
        webhook = await ports.a_webhook()
        await ports.an_event()
        (claimed,) = await ports.claim()
        failing = DisabledReason.FAILING
        assert await ports.webhooks.disable(webhook.id, now=NOW, reason=failing, error="status 500")
        assert not await ports.webhooks.disable(webhook.id, now=NOW, reason=DisabledReason.REQUESTED)

        stored = await ports.stored(webhook)
        assert (stored.disabled_reason, stored.failures, stored.last_error) == (failing, 1, "status 500")
        assert not await ports.queue.advance(claimed, cursor=10**9, now=NOW, delivered=True)
        assert await ports.claim(at=NOW + 10 * MINUTE) == []
        assert await ports.webhooks.resume(webhook.id, now=NOW + MINUTE)
        assert await ports.stored(webhook) == replace(webhook, due_at=NOW + MINUTE, last_attempt_at=NOW)
        assert len(await ports.claim(at=NOW + MINUTE)) == 1
        assert not await ports.webhooks.resume(new_id(), now=NOW)

    async def test_disable_by_request_counts_no_failure(self, ports: WebhookPorts) -> None:
        webhook = await ports.a_webhook()
        assert await ports.webhooks.disable(webhook.id, now=NOW, reason=DisabledReason.REQUESTED)
        expected = replace(webhook, disabled_at=NOW, disabled_reason=DisabledReason.REQUESTED)
        assert await ports.stored(webhook) == expected
