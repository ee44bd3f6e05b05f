"""Verify what a passkey has signed, and what the signature does not cover."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastauth.application.passkeys.passkey_event import passkey_event
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.clock import Clock
from fastauth.domain.errors import Unauthenticated
from fastauth.domain.passkeys.passkey import Assertion
from fastauth.domain.passkeys.ports import OwnedPasskey, PasskeyRepository, PasskeyVerifier
from fastauth.domain.passkeys.presented import PresentedCredential
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedPasskey:
    """A passkey that was presented with a right signature."""

    owned: OwnedPasskey
    assertion: Assertion
    refusal: type[Unauthenticated]
    clock: Clock

    @property
    def user(self) -> User:
        """The account of the passkey."""
        return self.owned.user

    @property
    def methods(self) -> tuple[str, ...]:
        """How the user has authenticated (RFC 8176)."""
        return self.owned.passkey.methods(user_verified=self.assertion.user_verified)

    async def store(self, transaction: Transaction) -> None:
        """Store the use of the passkey, after the session that it is for.

        Raises:
            Unauthenticated: The passkey was removed, or its counter was used, since it was verified.
        """
        now, id_ = self.clock.now(), self.owned.passkey.id
        if not await transaction.passkeys.accept(id_, self.assertion, now=now):
            raise self.refusal
        await transaction.events.record(
            passkey_event(EventType.PASSKEY_USED, id_, user_id=self.user.id, now=now)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertions:
    """Verify assertions: of any account for a log-in, and of one account for a second factor."""

    passkeys: PasskeyRepository
    verifier: PasskeyVerifier
    unit_of_work: UnitOfWork
    clock: Clock

    async def verify(
        self,
        credential: Mapping[str, Any],
        *,
        challenge: bytes,
        owner: UserId | None,
        refusal: type[Unauthenticated],
    ) -> VerifiedPasskey:
        """Return the passkey. Without `owner`, it must name its account and have verified its user.

        Raises:
            Unauthenticated: It is refused, as `refusal`.
            StorageUnavailable: Try again later.
        """
        presented = PresentedCredential.parse(credential)
        owned = presented and await self.passkeys.find(presented.id)
        if not presented or not owned or not _is_owner(owned, presented, owner):
            raise refusal
        assertion = await self.verifier.verify_assertion(
            presented.json,
            challenge=challenge,
            public_key=owned.passkey.public_key,
            require_user_verification=owner is None,
        )
        if assertion is None or assertion.backup_eligible != owned.passkey.backup_eligible:
            raise refusal
        if not owned.passkey.counts_on(assertion.sign_count):
            await self._suspect(owned)
            raise refusal
        return VerifiedPasskey(owned=owned, assertion=assertion, refusal=refusal, clock=self.clock)

    async def _suspect(self, owned: OwnedPasskey) -> None:
        now, passkey = self.clock.now(), owned.passkey
        async with self.unit_of_work.begin() as transaction:
            await transaction.passkeys.mark_suspect(passkey.id, now=now)
            await transaction.events.record(
                passkey_event(EventType.PASSKEY_CLONED, passkey.id, user_id=owned.user.id, now=now)
            )
            await transaction.commit()


def _is_owner(owned: OwnedPasskey, presented: PresentedCredential, owner: UserId | None) -> bool:
    """Return whether the passkey is that of the account that the client, or the session, has named."""
    if owner is None:
        return presented.user_handle == owned.handle
    return owned.user.id == owner and presented.user_handle in {None, owned.handle}
