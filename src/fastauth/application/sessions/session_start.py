"""Store the session that a log-in starts."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from fastauth.application.mail.notices import Notices
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import Unavailable
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
from fastauth.domain.sessions.proof import StartProof
from fastauth.domain.sessions.session import Session, SessionPolicy
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


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
        proof: StartProof,
        refunds: tuple[Refund, ...] = (),
        notify: bool = False,
        store: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> AccessToken:
        """Store the session and apply `refunds` with it; return its first access token.

        With `notify` the owner of the account gets a mail. `store` runs in the same transaction after the
        session was stored.

        Raises:
            InvalidCredentials: The user is disabled by now, or `proof` does not hold any more.
            NoActiveSigningKey: There is no key to sign with.
            StorageUnavailable: The session may or may not have been stored.
        """
        await self.access_tokens.check_key()
        started_at = session.created_at
        grants = await self._store(
            session, proof, refunds, notify=notify and self.notices.sends_mail, store=store
        )
        try:
            return await self.access_tokens.issue(
                AccessClaims.for_session(session, grants), issued_at=started_at
            )
        except BaseException:
            with suppress(Unavailable):  # the caller gets the first error
                await self.sessions.revoke(session.user_id, session_id=session.id, now=started_at)
            raise

    async def _store(
        self,
        session: Session,
        proof: StartProof,
        refunds: tuple[Refund, ...],
        *,
        notify: bool,
        store: Callable[[Transaction], Awaitable[None]] | None,
    ) -> Grants:
        async def add(sessions: SessionRepository) -> Grants:
            return await sessions.add(
                session,
                proof=proof,
                max_sessions=self.policy.max_sessions,
                refunds=refunds,
            )

        if not (notify or store):
            return await add(self.sessions)
        async with self.unit_of_work.begin() as transaction:
            grants = await add(transaction.sessions)
            if store:
                await store(transaction)
            if notify:
                await self._notify(transaction, session)
            await transaction.commit()
        return grants

    async def _notify(self, transaction: Transaction, session: Session) -> None:
        event = Event(type=EventType.LOGIN_SUCCEEDED, occurred_at=session.created_at, user_id=session.user_id)
        await self.notices.add(transaction, event, address=session.client.address)
