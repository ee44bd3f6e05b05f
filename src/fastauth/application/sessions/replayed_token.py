"""A refresh token that is not the current one of its session: a replay within the grace period, or reuse."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.sessions.errors import InvalidRefreshToken, RefreshTokenReused
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshToken, RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, Session, SessionId, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedToken:
    """Decides on a presented refresh token that was not rotated."""

    sessions: SessionRepository
    unit_of_work: UnitOfWork
    refresh_tokens: RefreshTokenCodec
    policy: SessionPolicy

    async def session_or_revoke(self, token: RefreshToken, client: ClientInfo, now: datetime) -> Session:
        """Return the session of a replay within the grace period; revoke the session of a reused token.

        Raises:
            RefreshTokenReused: The session was revoked.
            InvalidRefreshToken: The session had ended before.
            TooManyRequests: The token is current, but the session is renewed too often.
        """
        found = await self.sessions.find(SessionId(token.session_id), now=now)
        if found is None:
            raise InvalidRefreshToken
        session, digests = found.session, self.refresh_tokens.digests(token)
        if session.refresh_digest in digests:
            raise self.policy.refresh_limit_error(session, now)
        if session.is_replay_within_grace(digests, by=client.digest(), now=now, policy=self.policy):
            return session
        await self._revoke(session, now)
        raise RefreshTokenReused

    def stored_successor(self, token: RefreshToken, session: Session) -> RefreshToken:
        """Return the successor that is stored, which may have been derived under an older secret key."""
        for successor in self.refresh_tokens.derive_successors(token):
            if session.refresh_digest in self.refresh_tokens.digests(successor):
                return successor
        raise InvalidRefreshToken

    async def _revoke(self, session: Session, now: datetime) -> None:
        async with self.unit_of_work.begin() as transaction:
            if await transaction.sessions.revoke(session.user_id, session_id=session.id, now=now):
                await transaction.events.record(
                    Event.in_session(EventType.REFRESH_TOKEN_REUSED, session, at=now)
                )
            await transaction.commit()
