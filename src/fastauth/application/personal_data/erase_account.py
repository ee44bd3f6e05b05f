"""Erase an account."""

from dataclasses import dataclass

from fastauth.application.api_keys.revoke_all_keys import revoke_all_keys
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.clock import Clock
from fastauth.domain.mail.recipient import addressed_to
from fastauth.domain.mail.template import show_time
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.personal_data.erasure import ErasureTerms, NameDigests
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseAccount:
    """Erase an account whose erasure is due, in one transaction with its event and its last mail."""

    digests: NameDigests
    pseudonyms: UsernamePseudonyms
    terms: ErasureTerms
    sends_mail: bool
    """Whether the installation sends mail."""
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, user_id: UserId) -> bool:
        """Erase the account; return false if its erasure is not due, or was undone.

        Raises:
            StorageUnavailable: The account may or may not be erased.
        """
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            user = await transaction.users.get(user_id)
            addresses = await transaction.email_addresses.of_user(user_id)
            if not await transaction.erasures.mark_erased(  # first: it decides, and nothing is stored yet
                user_id,
                now=now,
                name_digest=self.digests.digest(user.username) if user else None,
                name_rests_until=now + self.terms.name_rest,
            ):
                return False
            await revoke_all_keys(transaction, user_id, now=now)
            await transaction.revocations.add(Revocation.of_user(user_id, at=now))
            # Before the deletion, which clears the network address of this event, too.
            await transaction.events.record(
                Event(type=EventType.USER_ERASED, occurred_at=now, user_id=user_id)
            )
            tried_names = self.pseudonyms.candidates(user.username) if user else ()
            await transaction.erasures.delete_account(user_id, tried_names=tried_names)
            if user and addresses.verified and self.sends_mail:
                to = addresses.verified.address
                content = {
                    **addressed_to(to),
                    "username": user.username.display,
                    "when": show_time(now),
                    "locale": user.locale or "",
                }
                # Without the account, with which the entry would go.
                await transaction.outbox.add(OutboxKind.ACCOUNT_ERASED, content, user_id=None, now=now)
            await transaction.commit()
        return True
