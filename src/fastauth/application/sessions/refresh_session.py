"""Refresh a session."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.access_token import AccessClaims, TokenPair
from fastauth.domain.sessions.errors import InvalidRefreshToken, RefreshTokenReused
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshToken, RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, Rotation, Session, SessionId, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """Spend a refresh token and get the next one, with a new access token.

    A token can be spent once. Presented again within the grace period, while its successor has not
    been presented, it yields that same successor: two tabs may refresh at once, and an answer may get
    lost. The client that spent it, by user agent and network, has ten minutes for that, so that it
    outlives an outage. Presented later it is in the wrong hands, or was: the session ends.
    """

    sessions: SessionRepository
    unit_of_work: UnitOfWork
    refresh_tokens: RefreshTokenCodec
    access_tokens: AccessTokens
    policy: SessionPolicy
    clock: Clock

    async def __call__(self, *, refresh_token: str, client: ClientInfo) -> TokenPair:
        """Return the tokens that come after `refresh_token`, which was presented by `client`.

        Raises:
            InvalidRefreshToken: It is not one of ours, or its time, its turn or its session is over.
            TooManyRequests: The session has been refreshed too often. The token is not spent.
            Unavailable: Try again later, with the same token.
        """
        token, now = self.refresh_tokens.verify(refresh_token), self.clock.now()
        successor = self.refresh_tokens.derive_successors(token)[0]
        session = await self.sessions.rotate(
            SessionId(token.session_id),
            Rotation(
                presented=self.refresh_tokens.digests(token),
                successor=self.refresh_tokens.digest(successor),
                expires_at=now + self.policy.idle_timeout,
                client=client.digest(),
                limit=self.policy.refresh_limit,
            ),
            now=now,
        )
        replayed = session is None
        if session is None:
            session = await self._replay_or_revoke(token, client, now)
            successor = self._stored_successor(token, session)
        access = await self.access_tokens.issue(AccessClaims.for_session(session))
        return TokenPair(access=access, refresh=successor.text, replayed=replayed)

    async def _replay_or_revoke(self, token: RefreshToken, client: ClientInfo, now: datetime) -> Session:
        """Return the session of a token spent within the grace period; end that of one spent before.

        Raises:
            RefreshTokenReused: The session was ended.
            InvalidRefreshToken: The session had ended before.
            TooManyRequests: The token is not spent: the session has been refreshed too often.
        """
        caller = await self.sessions.find(SessionId(token.session_id), now=now)
        if caller is None:
            raise InvalidRefreshToken
        session = caller.session
        if session.refresh_digest in self.refresh_tokens.digests(token):  # it was there, and not rotated
            raise self.policy.refresh_limit_error(session, now)
        digests = self.refresh_tokens.digests(token)
        if session.is_replay_within_grace(digests, by=client.digest(), now=now, policy=self.policy):
            return session
        async with self.unit_of_work.begin() as transaction:
            if await transaction.sessions.revoke(session.user_id, session_id=session.id, now=now):
                await transaction.events.record(
                    Event(
                        type=EventType.REFRESH_TOKEN_REUSED,
                        occurred_at=now,
                        user_id=session.user_id,
                        session_id=session.id,
                    )
                )
            await transaction.commit()
        raise RefreshTokenReused

    def _stored_successor(self, token: RefreshToken, session: Session) -> RefreshToken:
        """Return the successor that is stored: it may have been derived under an older key."""
        for successor in self.refresh_tokens.derive_successors(token):
            if session.refresh_digest in self.refresh_tokens.digests(successor):
                return successor
        raise InvalidRefreshToken
