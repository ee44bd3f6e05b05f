"""Processes that send mails are killed in each phase of SMTP."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import ClassVar, Self

from faults.forks import FORKS
from faults.outbox import Deliveries
from faults.outbox_worker import Clock, Death, container_on
from faults.outcome import Outcome, backend_of
from tests.harness.mail_server import Mailbox, mail_server

from fastauth.adapters.mail.smtp import SmtpTransport
from fastauth.adapters.mail.smtp_server import SmtpServer, Tls
from fastauth.domain.mail.message import Message
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind
from fastauth.entrypoints.container.mail import sender_of
from fastauth.entrypoints.startup import shut_down


@dataclass
class Killer:
    """Kills `process` when the server has received the command of `death` so often."""

    death: Death | None = None
    process: BaseProcess | None = None
    hits: int = 0

    def reached(self, command: str) -> None:
        """Count a command; the server calls this in its own thread, before it answers."""
        if self.death and self.process and command == self.death.phase:
            self.hits += 1
            if self.hits == self.death.hits:
                self.process.kill()
                self.process.join()


class MailDeliveries(Deliveries):
    """Entries that processes send to a mail server."""

    PHASES: ClassVar[tuple[str, ...]] = ("EHLO", "MAIL", "RCPT", "DATA", "QUIT")
    """The command that the server has received, and not answered, when the process dies. With DATA the server
    has the whole mail; with QUIT the process has the confirmation of this."""

    def __init__(self, database_url: str, directory: Path) -> None:
        super().__init__(database_url, directory)
        self.box = Mailbox()
        self.killer = Killer()

    @classmethod
    @contextmanager
    def on(cls, database_url: str) -> Iterator[Self]:
        """Lead to the deliveries of a trial of its own."""
        with TemporaryDirectory(prefix="fastauth-mail-") as directory, mail_server() as box:
            found = cls(database_url, Path(directory))
            found.box, box.reached = box, found.reached
            try:
                yield found
            finally:
                found.close()

    def reached(self, command: str) -> None:
        """See `Killer.reached`."""
        self.killer.reached(command)

    def start(self, death: Death | None = None) -> BaseProcess:
        """Start a process that sends what is due, or dies."""
        process = FORKS.Process(target=send_all, args=(self.url, self.box.port, self.offset), daemon=True)
        self.killer = Killer(death, process)
        process.start()
        return process

    def delivered(self) -> Counter[str]:
        """Return how often each entry arrived, by its ``Message-ID``."""
        return Counter(message.message_id.partition("@")[0] for message in self.box.messages())

    def add_to(self, outcome: Outcome) -> None:
        """Count what was lost, and what cannot be recognised as a copy."""
        delivered = self.delivered()
        outcome.acknowledged = len(self.added)
        outcome.lost = len(self.added.keys() - delivered.keys())
        for message in self.box.messages():
            number = self.added.get(message.message_id.partition("@")[0])
            if message != message_of(message.message_id, str(number)):
                outcome.unexpected_responses.append(f"not as it was added: {message.message_id}")
        copies = delivered.total() - len(delivered)
        outcome.notes.append(f"{len(self.added)} mails, {copies} copies with the Message-ID of the first")


def message_of(message_id: str, number: str) -> Message:
    """Return the mail of an entry."""
    text = f"Mail {number}.\n"
    return Message(
        to="ann@example.com", subject=number, text=text, html=text, message_id=message_id, language="en"
    )


def send_all(database_url: str, port: int, offset: timedelta) -> None:
    """Send what is due at the time of the system plus `offset`."""

    async def send() -> None:
        container = container_on(database_url, Clock(offset))
        transport = SmtpTransport(
            SmtpServer(host="127.0.0.1", port=port, tls=Tls.NONE),
            sender=sender_of(container.settings()),
            clock=container.clock(),
        )

        async def handle(entry: OutboxEntry) -> None:
            await transport.send(message_of(f"{entry.id}@localhost", entry.content["number"]))

        container.outbox_handlers.override({OutboxKind.MAIL: handle})
        while (await container.deliver_outbox()()).deliveries:
            pass
        await shut_down(container)

    asyncio.run(send())


def kill_sender(database_url: str, *, kills: int, seed: int = 1) -> Outcome:
    """Kill a process in each phase of SMTP in turn, and let another one go on a minute later."""
    outcome = Outcome(f"kill -9 while sending by SMTP, {backend_of(database_url)}")
    with MailDeliveries.on(database_url) as deliveries:
        deliveries.kill_in_each_phase(outcome, kills, Random(seed))  # noqa: S311  which mail is hit is no secret
    return outcome
