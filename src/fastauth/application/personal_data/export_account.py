"""Export all that is stored of a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.export import Export
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import AuthenticatedUser, SessionId
from fastauth.domain.unit_of_work import Transaction, UnitOfWork

ONE_A_DAY = RateLimit(1, timedelta(days=1))


async def export(
    transaction: Transaction, user_id: UserId, *, now: datetime, session_id: SessionId | None = None
) -> Export:
    """Record that the data of a person leaves the service, and return them.

    Raises:
        UserNotFound: The account was erased meanwhile.
    """
    if await transaction.users.get(user_id) is None:
        raise UserNotFound
    await transaction.events.record(
        Event(type=EventType.DATA_EXPORTED, occurred_at=now, user_id=user_id, session_id=session_id)
    )
    return Export(exported_at=now, user_id=user_id, tables=await transaction.personal_data.read(user_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAccount:
    """Export the data of the caller. A failure in between takes nothing from the limit."""

    keys: CounterKeys
    limit: RateLimit | None
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> Export:
        """Return the data. The owner is told by mail.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            TooManyRequests: There was an export less than a day ago.
            InvalidAccessToken: The account was erased meanwhile.
            StorageUnavailable: Try again later.
        """
        user, now = caller.user, self.clock.now()
        caller.check_recent_authentication(now)
        async with self.unit_of_work.begin() as transaction:
            if self.limit:
                key, *older = self.keys.candidates("exports", str(user.id))
                hit = Hit(key, self.limit, Scope.NETWORK, tuple(older))
                await transaction.counters.count((hit,), now=now)
            try:
                found = await export(transaction, user.id, now=now, session_id=caller.session.id)
            except UserNotFound:  # erased since the request was authenticated
                raise InvalidAccessToken from None
            await transaction.commit()
        return found
