"""Export all that is stored of a person."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.personal_data.export import export
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.export import Export
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork

ONE_A_DAY = RateLimit(1, timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAccount:
    """Export the data of the caller. A failure in between takes nothing from the limit."""

    keys: CounterKeys
    limit: RateLimit | None
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> Export:
        """Return the data. The owner gets a mail.

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
