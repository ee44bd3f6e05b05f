"""A verifier that notes when it has read a revocation: a process of ``python -m bench.revocation_delay``."""

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from typing import ClassVar

from fastauth_client import Revocations, Revoked, Verifier
from fastauth_client import verifier as client
from fastauth_client.revoked_tokens import Revocation, RevokedTokens


class TimedTokens(RevokedTokens):
    """Notes when each value was first added, by the monotonic clock that all processes share."""

    arrived: ClassVar[dict[str, float]] = {}

    def add(self, revocations: Iterable[Revocation]) -> None:
        """Add the entries, then note the time."""
        entries = list(revocations)
        super().add(entries)
        now = time.monotonic()
        for each in entries:
            self.arrived.setdefault(each.value, now)


async def verify(url: str, client_secret: str) -> None:
    """Follow the feed. Answer a line of tokens with the times, and with the number of refused tokens."""
    async with Verifier(url, audience=url, revocations=Revocations(client_secret=client_secret)) as verifier:
        print("ready", flush=True)
        line = await asyncio.to_thread(sys.stdin.readline)
        refused = 0
        for token in json.loads(line):
            try:
                await verifier.verify(token)
            except Revoked:
                refused += 1
        print(json.dumps([TimedTokens.arrived, refused]), flush=True)


if __name__ == "__main__":
    vars(client)["RevokedTokens"] = TimedTokens  # the one that a `Verifier` makes
    asyncio.run(verify(*sys.argv[1:]))
