"""The port to stored one-time tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import OneTimeToken, OneTimeTokenDigest, Purpose
from fastauth.domain.sessions.session import SessionId


class OneTimeTokenRepository(Protocol):
    """One-time tokens of all purposes, found by their digests.

    A token is open until it is consumed, withdrawn or expired; it expires at `expires_at`. It is not open
    while it was created after `Purpose.latest_creation`. Each method is one statement, so that concurrent
    calls cannot both win. An empty sequence of digests finds nothing.
    """

    async def issue(  # noqa: PLR0913  each is a column
        self,
        *,
        digest: OneTimeTokenDigest,
        purpose: Purpose,
        user_id: UserId | None,
        session_id: SessionId | None = None,
        subject: str | None = None,
        payload: str | None = None,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """Store a new token."""

    async def consume(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        now: datetime,
        session_id: SessionId | None = None,
    ) -> OneTimeToken | None:
        """Consume an open token; return ``None`` if there is none.

        Of concurrent calls one gets the token. A token that was issued with a session is only consumed with
        that session.
        """

    async def count_attempt(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        max_attempts: int,
        now: datetime,
    ) -> OneTimeToken | None:
        """Count an attempt at the code of an open token, before the code is looked at.

        Returns ``None`` if there is no such token, or if it has had `max_attempts` attempts. The token that
        is returned may still be consumed after the last attempt, since its code may be right.
        """

    async def burn(
        self,
        digests: Sequence[OneTimeTokenDigest],
        *,
        purpose: Purpose,
        now: datetime,
        expires_at: datetime,
    ) -> bool:
        """Store a token that was not stored when it was issued as consumed; return whether it was open.

        Of concurrent calls one returns true. Tokens of one purpose are either issued or burnt. `digests` has
        the digest under each secret key, so that a token that was burnt before the secret key changed stays
        burnt. After `expires_at` the row may be purged: the caller must refuse the token from then on.
        """

    async def find_open(
        self, digests: Sequence[OneTimeTokenDigest], *, purpose: Purpose, now: datetime
    ) -> OneTimeToken | None:
        """Return an open token, without a decision: it may be consumed at the same moment."""

    async def find_consumed(
        self, digests: Sequence[OneTimeTokenDigest], *, purpose: Purpose
    ) -> OneTimeToken | None:
        """Return a consumed token: evidence that it is presented again."""

    async def withdraw(self, user_id: UserId, *, purposes: Collection[Purpose] | None = None) -> int:
        """Delete the tokens of an account that are not consumed; return how many.

        ``None`` means tokens of all purposes.
        """
