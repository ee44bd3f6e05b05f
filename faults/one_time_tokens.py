"""Many requests in two processes consume one token at once."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from faults.forks import FORKS
from faults.outcome import Outcome, backend_of
from tests.harness.databases import connect, username_key_of

from fastauth.adapters.sql import SqlOneTimeTokenRepository, migrate
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, OneTimeTokenDigest, Purpose
from fastauth.domain.secret_key import SecretKey

CONSUMERS, PROCESSES = 64, 2
PURPOSE = Purpose.RESET_PASSWORD
CODEC = OneTimeTokenCodec(SecretKey(b"a secret key of the faults, 32 bytes"))


def race(database_url: str, *, rounds: int) -> Outcome:
    """Consume one token by `CONSUMERS` in `PROCESSES`, in each round: one gets it.

    `survived` are the rounds with one winner, `lost` those with none, `duplicates` further winners.
    """
    title = f"one token for {CONSUMERS} consumers in {PROCESSES} processes, {backend_of(database_url)}"
    outcome = Outcome(title)
    digests = asyncio.run(_issue(database_url, rounds))
    with ExitStack() as stack:
        workers = [stack.enter_context(_consumers(database_url)) for _ in range(PROCESSES)]
        for worker in workers:
            assert worker.recv() == "ready"
        for digest in digests:
            for worker in workers:
                worker.send(digest)
            winners = sum(worker.recv() for worker in workers)
            outcome.injected += 1
            outcome.survived += winners == 1
            outcome.acknowledged += winners
            outcome.lost += winners == 0
            outcome.duplicates += max(0, winners - 1)
    return outcome


@contextmanager
def _consumers(database_url: str) -> Iterator[Connection]:
    """Start a process that consumes each digest it gets, until the connection is closed."""
    ours, theirs = Pipe()
    process = FORKS.Process(target=consume_all, args=(database_url, theirs), daemon=True)
    process.start()
    theirs.close()  # so that the process's end is noticed
    with ours:
        yield ours
    process.join()


async def _issue(database_url: str, number: int) -> list[OneTimeTokenDigest]:
    database = connect(database_url)
    try:
        await migrate(database, username_key_of=username_key_of)
        tokens, now = SqlOneTimeTokenRepository(connections=database.autocommit), datetime.now(UTC)
        digests = [CODEC.issue(PURPOSE).digest for _ in range(number)]
        end = now + Purpose.UNDO_EMAIL.lifetime
        for digest in digests:
            await tokens.issue(digest=digest, purpose=PURPOSE, user_id=None, now=now, expires_at=end)
    finally:
        await database.close()
    return digests


def consume_all(database_url: str, connection: Connection) -> None:
    """For each digest that comes, send how many of this process's consumers got the token."""
    with suppress(EOFError):
        asyncio.run(_consume_all(database_url, connection))


async def _consume_all(database_url: str, connection: Connection) -> None:
    database = connect(database_url)
    tokens = SqlOneTimeTokenRepository(connections=database.autocommit)

    async def consumed(digest: OneTimeTokenDigest) -> bool:
        return await tokens.consume([digest], purpose=PURPOSE, now=datetime.now(UTC)) is not None

    try:
        await database.check()
        connection.send("ready")
        while True:
            digest = await asyncio.to_thread(connection.recv)
            outcomes = await asyncio.gather(*(consumed(digest) for _ in range(CONSUMERS // PROCESSES)))
            connection.send(sum(outcomes))
    finally:
        await database.close()
