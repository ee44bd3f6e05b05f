"""Store the session that a log-in starts."""

from contextlib import suppress
from dataclasses import dataclass

from fastauth.application.mail.notices import Notices
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import Unavailable
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.proof import Proof, SessionProof
from fastauth.domain.sessions.session import Session, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStart:
    """Store a session, and with it the notice of a log-in from a new device; sign its first access token.

    A notice takes a transaction. So an account without a verified address, which has no notices, is logged
    in by one statement. It returns the roles of the user for the token, which is why the token is signed
    afterwards. If that fails, the session ends.
    """

    sessions: SessionRepository
    access_tokens: AccessTokens
    unit_of_work: UnitOfWork
    notices: Notices
    policy: SessionPolicy

    async def __call__(
        self,
        session: Session,
        *,
        user: User,
        proof: Proof | SessionProof,
        refunds: tuple[Refund, ...],
        is_new_device: bool,
    ) -> AccessToken:
        """Store the session of `user` and apply `refunds` with it; return its first access token.

        Raises:
            InvalidCredentials: The user is disabled by now, or `proof` does not hold any more.
            NoActiveSigningKey: There is no key to sign with.
            StorageUnavailable: The session may or may not have been stored.
        """
        await self.access_tokens.check_key()
        started_at = session.created_at
        grants = await self._store(session, user, proof, refunds, notify=is_new_device)
        try:
            return await self.access_tokens.issue(
                AccessClaims.for_session(session, grants), issued_at=started_at
            )
        except BaseException:
            with suppress(Unavailable):  # the caller gets the first error
                await self.sessions.revoke(user.id, session_id=session.id, now=started_at)
            raise

    async def _store(
        self,
        session: Session,
        user: User,
        proof: Proof | SessionProof,
        refunds: tuple[Refund, ...],
        *,
        notify: bool,
    ) -> Grants:
        async def add(sessions: SessionRepository) -> Grants:
            return await sessions.add(
                session,
                proof=proof,
                max_sessions=self.policy.max_sessions,
                refunds=refunds,
            )

        if not (notify and user.has_verified_address and self.notices.offered):
            return await add(self.sessions)
        event = Event(type=EventType.LOGIN_SUCCEEDED, occurred_at=session.created_at, user_id=user.id)
        async with self.unit_of_work.begin() as transaction:
            grants = await add(transaction.sessions)
            await self.notices.add(transaction, event, address=session.client.address)
            await transaction.commit()
        return grants
