"""Store the session that a log-in starts."""

from dataclasses import dataclass

from fastauth.application.mail.notices import Notices
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import Session, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStart:
    """Store a session, and with it the notice of a log-in from a new device.

    A notice takes a transaction. So an account without a verified address, which has no notices, is logged
    in by one statement.
    """

    sessions: SessionRepository
    unit_of_work: UnitOfWork
    notices: Notices
    policy: SessionPolicy

    async def __call__(
        self,
        session: Session,
        *,
        user: User,
        password_hash: PasswordHash,
        refunds: tuple[Refund, ...],
        is_new_device: bool,
    ) -> Grants:
        """Store the session of `user` and apply `refunds` with it; return the user's roles and permissions.

        Raises:
            InvalidCredentials: The user is disabled or has another password hash by now.
            StorageUnavailable: The session may or may not have been stored.
        """

        async def add(sessions: SessionRepository) -> Grants:
            return await sessions.add(
                session,
                password_hash=password_hash,
                max_sessions=self.policy.max_sessions,
                refunds=refunds,
            )

        if not (is_new_device and user.has_verified_address and self.notices.offered):
            return await add(self.sessions)
        event = Event(type=EventType.LOGIN_SUCCEEDED, occurred_at=session.created_at, user_id=user.id)
        async with self.unit_of_work.begin() as transaction:
            grants = await add(transaction.sessions)
            await self.notices.add(transaction, event, address=session.client.address)
            await transaction.commit()
        return grants
