"""Issue the token of a mail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.token import NewToken, OneTimeTokenCodec, Purpose
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """Issue tokens when their mails are made, so that no lifetime runs while a mail waits.

    A mail that is tried again has a new token, and the one before it is withdrawn.
    """

    codec: OneTimeTokenCodec
    unit_of_work: UnitOfWork
    clock: Clock

    async def issue(  # noqa: PLR0913  what a token is bound to
        self,
        purpose: Purpose,
        *,
        user_id: UserId | None,
        subject: str | None = None,
        payload: str | None = None,
        lifetime: timedelta | None = None,
        withdraws: Collection[Purpose] = (),
        event_type: EventType | None = None,
    ) -> NewToken:
        """Store a token, of an account if there is one, and return it.

        The account's tokens of the purposes `withdraws` are no longer valid. An event is recorded with it if
        `event_type` is given. `lifetime` replaces that of the purpose.

        Raises:
            StorageUnavailable: Try again later.
        """
        token, now = self.codec.issue(purpose), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            if withdraws and user_id is not None:
                await transaction.one_time_tokens.withdraw(user_id, purposes=withdraws)
            await transaction.one_time_tokens.issue(
                digest=token.digest,
                purpose=purpose,
                user_id=user_id,
                subject=subject,
                payload=payload,
                now=now,
                expires_at=now + (lifetime or purpose.lifetime),
            )
            if event_type:
                await transaction.events.record(Event(type=event_type, occurred_at=now, user_id=user_id))
            await transaction.commit()
        return token
