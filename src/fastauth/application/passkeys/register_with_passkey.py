"""Register an account that logs in by a passkey."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastauth.application.accounts.check_name import CheckName
from fastauth.application.accounts.registration_rules import RegistrationRules
from fastauth.application.accounts.store_account import StoreAccount
from fastauth.application.passkeys.begin_passkey_registration import NEW_ACCOUNT
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.passkeys.passkey_event import passkey_event
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import EventType
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.errors import NOT_A_CREDENTIAL
from fastauth.domain.passkeys.passkey import DEFAULT_NAME, NewCredential, PasskeyName, UserHandle
from fastauth.domain.passkeys.ports import PasskeyVerifier
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True)
class RegisteredWithPasskey:
    """A new account, and its recovery codes."""

    user: User
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWithPasskey:
    """Verify the answer of an authenticator, and store the account together with the passkey."""

    verifier: PasskeyVerifier
    ceremonies: Ceremonies
    rules: RegistrationRules
    check_name: CheckName
    store_account: StoreAccount
    changes: FactorChanges
    clock: Clock

    async def __call__(self, *, token: str, credential: Mapping[str, Any]) -> RegisteredWithPasskey:
        """Create an account without a password. Its values are those in the ceremony `token`.

        Raises:
            RegistrationClosed: Only operators, or invited persons, may create accounts.
            InvalidInput: The credential does not answer the ceremony, which is used now.
            UsernameTaken: Another account has got this username meanwhile, also if it was erased again.
            PasskeyTaken: The credential is a passkey already.
            StorageUnavailable: The account may or may not have been stored.
        """
        ceremony = await self.ceremonies.finish(Purpose.PASSKEY_CREATE, token, bound_to=NEW_ACCOUNT)
        created = ceremony and await self.verifier.verify_registration(
            credential, challenge=ceremony.challenge, require_user_verification=True
        )
        if not ceremony or not created:
            raise InvalidInput(NOT_A_CREDENTIAL)
        facts = ceremony.facts
        registration = self.rules.parse(
            username=facts["username"],
            fullname=facts["fullname"],
            email=facts.get("email"),
            locale=facts.get("locale"),
            by=RegisteredBy.SELF,
        )
        await self.check_name(registration.user.username)
        recovery_codes: list[str] = []

        async def add_credential(transaction: Transaction, user: User) -> None:
            recovery_codes.extend(await self._add(transaction, user, created, facts["handle"]))

        user = await self.store_account.without_password(registration, add_credential=add_credential)
        return RegisteredWithPasskey(user, tuple(recovery_codes))

    async def _add(
        self, transaction: Transaction, user: User, created: NewCredential, handle: str
    ) -> tuple[str, ...]:
        now = self.clock.now()
        await transaction.second_factors.lock(user.id)
        await transaction.passkeys.add(
            user.id,
            created,
            handle=UserHandle(bytes.fromhex(handle)),
            name=PasskeyName(DEFAULT_NAME),
            now=now,
        )
        await transaction.events.record(
            passkey_event(EventType.PASSKEY_ADDED, created.id, user_id=user.id, now=now)
        )
        return await self.changes.added(transaction, user.id, now=now) or ()
