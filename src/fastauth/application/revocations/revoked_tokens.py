"""The ids of tokens that were revoked one by one, in memory."""

from datetime import datetime, timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.revocations.ports import RevocationReader
from fastauth.domain.revocations.revocation import MARGIN
from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME

READ_INTERVAL = timedelta(seconds=1)
"""How often each process reads the ids: how long another process may still accept a revoked token."""

REACH = MAX_ACCESS_TOKEN_LIFETIME + MARGIN
"""How old a revocation may be that concerns a token which has not expired: its longest life, and a margin."""


class RevokedTokens:
    """Whether a token was revoked, without a statement: `read` is called in the background."""

    def __init__(self, *, reader: RevocationReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._ids: frozenset[str] = frozenset()
        self._own: dict[str, datetime] = {}

    def __contains__(self, token_id: object) -> bool:
        return token_id in self._ids or token_id in self._own

    def add(self, token_id: str) -> None:
        """Refuse a token in this process from now on, also while a read that began before is under way."""
        self._own[token_id] = self._clock.now()

    async def read(self) -> None:
        """Read the ids of tokens that may not have expired yet.

        Raises:
            StorageUnavailable: The ids of the last call stay.
        """
        since = self._clock.now() - REACH
        self._ids = await self._reader.token_ids(since=since)
        self._own = {token_id: at for token_id, at in self._own.items() if at > since}
