"""Processes that send events to a webhook are killed in each phase of a message."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from multiprocessing.process import BaseProcess
from operator import itemgetter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import ClassVar, Self

from faults.forks import FORKS
from faults.mail_delivery import Killer
from faults.outbox import Deliveries
from faults.outbox_worker import Clock, Death, Reaper, container_on
from faults.outcome import Outcome, backend_of
from tests.harness.processes import in_thread

from fastauth.adapters.sql import SqlWebhookQueue
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.outbound.target import NamedHosts
from fastauth.domain.webhooks.webhook import Webhook
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.startup import shut_down


class Receiver(ThreadingHTTPServer):
    """Keeps the id and the body of each message, and calls `killer` before it answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[tuple[str, bytes]] = []
        self.killer = Killer()
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep the message, and answer 204."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.messages.append((self.headers["webhook-id"], body))
        self.server.killer.reached("received")
        with suppress(OSError):  # the sender was killed
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class ReapedQueue(SqlWebhookQueue):
    """The queue in SQL, around whose statements the process may die."""

    def __init__(self, container: Container, reaper: Reaper) -> None:
        super().__init__(connections=container.database().autocommit)
        self._reaper = reaper

    async def claim(self, *, now: datetime, leased_until: datetime, limit: int) -> list[Webhook]:
        """Claim, and perhaps die."""
        claimed = await super().claim(now=now, leased_until=leased_until, limit=limit)
        if claimed:
            self._reaper.reached("claimed")
        return claimed

    async def advance(self, webhook: Webhook, *, cursor: int, now: datetime, delivered: bool) -> bool:
        """Store the place, and perhaps die before or after that."""
        self._reaper.reached("answered")
        is_ours = await super().advance(webhook, cursor=cursor, now=now, delivered=delivered)
        self._reaper.reached("recorded")
        return is_ours


class WebhookDeliveries(Deliveries):
    """Events that processes send to a receiver."""

    PHASES: ClassVar[tuple[str, ...]] = ("claimed", "received", "answered", "recorded")
    """Of a message. With `received` the receiver has it, and has not answered when the process dies."""

    def __init__(self, database_url: str, directory: Path, receiver: Receiver) -> None:
        super().__init__(database_url, directory, webhook_hosts=NamedHosts.parse(receiver.url))
        self.receiver = receiver
        self.webhook_id = self._runner.run(self._create())

    async def _create(self) -> str:
        create = self._container.create_webhook()
        return (await create(acting=None, url=self.receiver.url, types=["role.changed"])).webhook.id

    @classmethod
    @contextmanager
    def to_receiver(cls, database_url: str) -> Iterator[Self]:
        """Lead to the deliveries of a trial of its own."""
        with (
            TemporaryDirectory(prefix="fastauth-webhooks-") as directory,
            Receiver() as receiver,
            in_thread(receiver.serve_forever, receiver.shutdown),
        ):
            found = cls(database_url, Path(directory), receiver)
            try:
                yield found
            finally:
                found.close()

    def add(self, number: int) -> None:
        """Record events, which are acknowledged once they are stored, and number them."""

        async def add() -> dict[str, int]:
            now, added = self._container.clock().now() + self.offset, {}
            for _ in range(number):
                serial = next(self._numbers)
                added[f"role-{serial}"] = serial
                event = Event(type=EventType.ROLE_CHANGED, occurred_at=now, detail=f"role-{serial}")
                await self._container.events().record(event)
            while await self._container.event_numbering().number(limit=500):
                pass
            return added

        self.added |= self._runner.run(add())

    def start(self, death: Death | None = None) -> BaseProcess:
        """Start a process that sends what is due, or dies."""
        arguments = (self.url, self.receiver.url, self.offset, death)
        process = FORKS.Process(target=send_all, args=arguments, daemon=True)
        self.receiver.killer = Killer(death, process)
        process.start()
        return process

    def waiting(self) -> int:
        """Return how many numbers of the feed the webhook has not looked at."""

        async def behind() -> int:
            get = self._container.get_webhook()
            return (await get(acting=None, webhook_id=self.webhook_id)).behind

        return self._runner.run(behind())

    def add_to(self, outcome: Outcome) -> None:
        """Count what was lost, and what came out of order or with another content than the first time."""
        received = self.receiver.messages
        subjects = {message_id: json.loads(body)["data"]["subject"] for message_id, body in received}
        outcome.acknowledged = len(self.added)
        outcome.lost = len(self.added.keys() - set(subjects.values()))
        first_times = [subjects[message_id] for message_id, _ in groupby(received, itemgetter(0))]
        if first_times != list(self.added):
            outcome.unexpected_responses.append("other events than were recorded, or in another order")
        if len(set(received)) != len(subjects):
            outcome.unexpected_responses.append("one id with two contents")
        copies = len(received) - len(subjects)
        outcome.notes.append(f"{len(self.added)} events, {copies} copies with the id of the first")


def send_all(database_url: str, receiver: str, offset: timedelta, death: Death | None) -> None:
    """Send what is due at the time of the system plus `offset`, or die before."""

    async def send() -> None:
        hosts = NamedHosts.parse(receiver)
        container = container_on(database_url, Clock(offset), webhook_hosts=hosts)
        container.webhook_queue.override(ReapedQueue(container, Reaper(death)))
        while claimed := await container.claim_webhooks()(limit=1):
            await container.deliver_webhook()(claimed[0])
        await shut_down(container)

    asyncio.run(send())


def kill_sender(database_url: str, *, kills: int, seed: int = 1) -> Outcome:
    """Kill a process in each phase of a message in turn, and let another one go on a minute later."""
    outcome = Outcome(f"kill -9 while sending to a webhook, {backend_of(database_url)}")
    with WebhookDeliveries.to_receiver(database_url) as deliveries:
        deliveries.kill_in_each_phase(outcome, kills, Random(seed))  # noqa: S311  which message is hit is no secret
    return outcome
