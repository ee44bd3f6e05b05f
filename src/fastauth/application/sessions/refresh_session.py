"""Renew a session."""

from dataclasses import dataclass

from fastauth.application.sessions.replayed_token import ReplayedToken
from fastauth.domain.clock import Clock
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.sessions.access_token import AccessClaims, TokenPair
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, Rotation, SessionId, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """Exchange a refresh token for its successor and a new access token.

    A token can be used once. A replay within the grace period, before the successor was presented,
    returns the same successor: two tabs may renew at once, and a response may be lost. The client
    that used the token, recognised by user agent and network, has ten minutes, so that it outlives an
    outage. Any later use is evidence of theft, and the session is revoked (RFC 9700, section 4.14.2).
    """

    sessions: SessionRepository
    roles: RoleRepository
    unit_of_work: UnitOfWork
    refresh_tokens: RefreshTokenCodec
    access_tokens: AccessTokens
    policy: SessionPolicy
    clock: Clock

    async def __call__(self, *, refresh_token: str, client: ClientInfo) -> TokenPair:
        """Return the tokens that follow `refresh_token`, which `client` has presented.

        Raises:
            InvalidRefreshToken: It was not issued here, has expired or was used, or its session has ended.
            TooManyRequests: The session is renewed too often. The token remains valid.
            Unavailable: Try again later with the same token.
        """
        token, now = self.refresh_tokens.verify(refresh_token), self.clock.now()
        successor = self.refresh_tokens.derive_successors(token)[0]
        renewed = await self.sessions.rotate(
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
        if renewed:
            session, grants = renewed.session, renewed.grants
        else:
            replay = ReplayedToken(
                sessions=self.sessions,
                unit_of_work=self.unit_of_work,
                refresh_tokens=self.refresh_tokens,
                policy=self.policy,
            )
            session = await replay.session_or_revoke(token, client, now)
            successor = replay.stored_successor(token, session)
            grants = await self.roles.grants_of(session.user_id)
        access = await self.access_tokens.issue(AccessClaims.for_session(session, grants), issued_at=now)
        return TokenPair(access=access, refresh=successor.text, replayed=renewed is None)
