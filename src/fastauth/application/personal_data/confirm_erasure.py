"""Confirm that a service has erased what it knew of an account."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.erasure import ErasureNotFound, Receipt
from fastauth.domain.personal_data.ports import ErasureRepository
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmErasure:
    """Store the receipt of a service that has read of an erasure in the event feed or from a webhook."""

    erasures: ErasureRepository
    clock: Clock

    async def __call__(self, *, acting: Principal, user_id: UserId) -> None:
        """Store a receipt. It may be sent again.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:events.read``.
            ErasureNotFound: The account was not erased.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_EVENTS)
        erasure = await self.erasures.find(user_id)
        if erasure is None or erasure.erased_at is None:
            raise ErasureNotFound
        consumer = acting.client_id or f"{acting.kind}:{acting.key_id or acting.user_id}"
        receipt = Receipt(user_id=user_id, consumer=consumer, at=self.clock.now())
        await self.erasures.confirm(receipt)
