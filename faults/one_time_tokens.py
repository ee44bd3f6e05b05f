"""Many requests in two processes consume one token at once."""

import asyncio
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

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
        command = [sys.executable, "-m", __name__, database_url]
        workers = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(PROCESSES)
        ]
        for worker in workers:
            assert _read(worker) == "ready"
        for digest in digests:
            for worker in workers:
                assert worker.stdin
                worker.stdin.write(f"{digest.hex()}\n")
                worker.stdin.flush()
            winners = sum(int(_read(worker)) for worker in workers)
            outcome.injected += 1
            outcome.survived += winners == 1
            outcome.acknowledged += winners
            outcome.lost += winners == 0
            outcome.duplicates += max(0, winners - 1)
    return outcome


def _read(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


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


async def _consume(database_url: str) -> None:
    """For each digest on the input, print how many of this process's consumers got the token."""
    database = connect(database_url)
    tokens = SqlOneTimeTokenRepository(connections=database.autocommit)

    async def consumed(digest: OneTimeTokenDigest) -> bool:
        return await tokens.consume([digest], purpose=PURPOSE, now=datetime.now(UTC)) is not None

    try:
        await database.check()
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            digest = OneTimeTokenDigest(bytes.fromhex(line))
            outcomes = await asyncio.gather(*(consumed(digest) for _ in range(CONSUMERS // PROCESSES)))
            print(sum(outcomes), flush=True)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(_consume(sys.argv[1]))
