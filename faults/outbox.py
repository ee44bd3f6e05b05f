"""Processes that deliver the outbox are killed, or lose their database, or compete."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from signal import SIGKILL
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, ClassVar, Self

from faults.forks import FORKS
from faults.outbox_worker import PHASES, Clock, Death, container_on, deliver_all, relay_until_killed
from faults.outcome import Outcome, backend_of
from tests.harness.postgres import PostgresServer
from tests.harness.processes import wait_until

from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.schedule import LEASE
from fastauth.entrypoints.startup import migrate_database, shut_down

ENTRIES_BETWEEN = 5
"""Entries that are added between two faults."""

A_DAY = timedelta(days=1)
DEADLINE = 60.0  # seconds; a failure alone waits for so long


class Deliveries:
    """The entries that were added, and the lines in the file to which they are delivered."""

    PHASES: ClassVar[tuple[str, ...]] = PHASES

    def __init__(self, database_url: str, directory: Path, **settings: Any) -> None:  # noqa: ANN401  those of Settings
        self.url = database_url
        self.ledger = directory / "ledger"
        self.ledger.touch()
        self.offset = timedelta(0)
        self.added: dict[str, int] = {}
        self._numbers = count(1)
        self._runner = asyncio.Runner()
        self._container = container_on(database_url, Clock(timedelta(0)), **settings)
        self._runner.run(migrate_database(self._container))

    @classmethod
    @contextmanager
    def on(cls, database_url: str) -> Iterator[Self]:
        """Lead to the deliveries of a trial of its own."""
        with TemporaryDirectory(prefix="fastauth-outbox-") as directory:
            found = cls(database_url, Path(directory))
            try:
                yield found
            finally:
                found.close()

    def close(self) -> None:
        """Close the connections to the database."""
        self._runner.run(shut_down(self._container))
        self._runner.close()

    def add(self, number: int) -> None:
        """Add entries in one transaction. They are acknowledged once it is committed."""

        async def add() -> dict[str, int]:
            now, added = self._container.clock().now() + self.offset, {}
            async with self._container.unit_of_work().begin() as transaction:
                for _ in range(number):
                    serial = next(self._numbers)
                    content = {"number": str(serial)}
                    added[await transaction.outbox.add(OutboxKind.MAIL, content, user_id=None, now=now)] = (
                        serial
                    )
                await transaction.commit()
            return added

        self.added |= self._runner.run(add())

    def start(self, death: Death | None = None) -> BaseProcess:
        """Start a process that delivers what is due, or dies."""
        process = FORKS.Process(
            target=deliver_all, args=(self.url, self.ledger, self.offset, death), daemon=True
        )
        process.start()
        return process

    def start_relay(self) -> BaseProcess:
        """Start a process that goes on delivering."""
        process = FORKS.Process(target=relay_until_killed, args=(self.url, self.ledger), daemon=True)
        process.start()
        return process

    def kill_in_each_phase(self, outcome: Outcome, kills: int, random: Random) -> None:
        """Kill processes in the phases in turn, and let others go on a minute later, until nothing waits."""
        while outcome.injected < kills:
            self.add(ENTRIES_BETWEEN)
            process = self.start(self.death_in(self.PHASES[outcome.injected % len(self.PHASES)], random))
            process.join(DEADLINE)
            outcome.injected += process.exitcode == -SIGKILL
            self.offset += LEASE
        began = monotonic()
        while self.waiting() and monotonic() < began + DEADLINE:
            self.offset += 2 * A_DAY  # later than the longest delay after a crash
            self.start().join(DEADLINE)
        if not self.waiting():
            outcome.survived = outcome.injected
        self.add_to(outcome)

    def death_in(self, phase: str, random: Random) -> Death:
        """Return a death in this phase of one of the deliveries. All entries are claimed at once."""
        return Death(phase, hits=1 if phase == "claimed" else random.randint(1, ENTRIES_BETWEEN))

    def waiting(self) -> int:
        """Return how many entries are not closed."""
        now = self._container.clock().now()
        return self._runner.run(self._container.outbox_queue().backlog(now=now)).waiting

    def delivered(self) -> Counter[str]:
        """Return how often each entry was delivered."""
        return Counter(line.split()[0] for line in self.ledger.read_text().splitlines())

    def add_to(self, outcome: Outcome) -> None:
        """Count what was lost, and what cannot be recognised as a repetition."""
        delivered = self.delivered()
        known = {f"{entry_id} {number}" for entry_id, number in self.added.items()}
        outcome.acknowledged = len(self.added)
        outcome.lost = len(self.added.keys() - delivered.keys())
        unknown = [line for line in self.ledger.read_text().splitlines() if line not in known]
        outcome.unexpected_responses += [f"delivered, but never added: {line}" for line in unknown]
        repeated = delivered.total() - len(delivered)
        outcome.notes.append(
            f"{len(self.added)} entries, {repeated} deliveries repeated, each under the id of the first"
        )


def kill_relay(database_url: str, *, kills: int, seed: int = 1) -> Outcome:
    """Kill a process in each phase of a delivery in turn, and let another one go on a minute later."""
    outcome = Outcome(f"kill -9 while delivering the outbox, {backend_of(database_url)}")
    with Deliveries.on(database_url) as deliveries:
        deliveries.kill_in_each_phase(outcome, kills, Random(seed))  # noqa: S311  which delivery is hit is no secret
    return outcome


def race(database_url: str, *, entries: int, processes: int) -> Outcome:
    """Have several processes deliver the same entries. Within its lease none is delivered twice."""
    outcome = Outcome(f"{processes} processes for one outbox, {backend_of(database_url)}", injected=1)
    with Deliveries.on(database_url) as deliveries:
        deliveries.add(entries)
        started = [deliveries.start() for _ in range(processes)]
        for process in started:
            process.join(DEADLINE)
        outcome.survived = int(all(process.exitcode == 0 for process in started))
        delivered = deliveries.delivered()
        outcome.duplicates = delivered.total() - len(delivered)
        deliveries.add_to(outcome)
    return outcome


def kill_storage(server: PostgresServer, *, times: int) -> Outcome:
    """Kill PostgreSQL while a process delivers, and start it again. The process goes on by itself."""
    outcome = Outcome("kill -9 of Postgres while delivering the outbox")
    with Deliveries.on(server.url) as deliveries:
        relay = deliveries.start_relay()
        try:
            for _ in range(times):
                before = len(deliveries.delivered())
                deliveries.add(10 * ENTRIES_BETWEEN)
                _wait(lambda: len(deliveries.delivered()) > before, "nothing was delivered")  # noqa: B023  called at once
                server.kill()
                outcome.injected += 1
                server.start()
                began = monotonic()
                _wait(lambda: deliveries.delivered().keys() >= deliveries.added.keys(), "entries wait")
                outcome.recoveries.append(monotonic() - began)
                outcome.survived += 1
        finally:
            relay.kill()
            relay.join()
        deliveries.add_to(outcome)
    return outcome


def _wait(condition: Callable[[], bool], failure: str) -> None:
    wait_until(condition, failure, deadline=DEADLINE)
