"""Close an account that is to be erased."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.one_time_tokens.token import ALL_BUT_UNDO
from fastauth.domain.personal_data.erasure import Erasure, ErasureTerms, NameDigests
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Request the erasure of an account: until it is erased or kept, no log-in to it is possible.

    It is disabled, so a log-in gets the answer that a wrong password gets.
    """

    digests: NameDigests
    terms: ErasureTerms

    def at_once(self) -> Self:
        """Return the same without the delay: the account can be erased after the commit."""
        return replace(self, terms=replace(self.terms, delay=timedelta(0)))

    async def close(
        self, transaction: Transaction, user_id: UserId, *, now: datetime, session_id: SessionId | None = None
    ) -> datetime:
        """Close an account in a transaction that has the lock of the roles; return when it is erased.

        The account is read under this lock: an administrator may have disabled it a moment ago, and then it
        stays disabled when it is kept. A closing account stays as it is. The caller revokes its tokens again
        after the commit: see `SecondRevocation`.

        Raises:
            UserNotFound: No account has this id.
        """
        user = await transaction.users.get(user_id)
        if user is None:
            raise UserNotFound
        erase_at = now + self.terms.delay
        requested = await transaction.erasures.request(
            Erasure(
                user_id=user.id,
                requested_at=now,
                erase_at=erase_at,
                disabled_before=user.disabled_at,
                name_digest=self.digests.digest(user.username),
                name_rests_until=erase_at + self.terms.name_rest,
            )
        )
        if not requested:
            pending = await transaction.erasures.find(user.id)
            return pending.erase_at if pending else erase_at
        await transaction.events.record(
            Event(type=EventType.ERASURE_REQUESTED, occurred_at=now, user_id=user.id, session_id=session_id)
        )
        await transaction.users.set_disabled(user.id, user.disabled_at or now)
        await transaction.sessions.revoke_all(user.id, now=now)
        await transaction.revocations.add(Revocation.of_user(user.id, at=now))
        await transaction.one_time_tokens.withdraw(user.id, purposes=ALL_BUT_UNDO)
        return erase_at
