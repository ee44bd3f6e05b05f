"""Add a passkey to the caller's account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.passkeys.passkey_event import passkey_event
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.domain.audit.event import EventType
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.errors import NOT_A_CREDENTIAL
from fastauth.domain.passkeys.passkey import DEFAULT_NAME, Passkey, PasskeyName, UserHandle
from fastauth.domain.passkeys.ports import PasskeyVerifier
from fastauth.domain.sessions.assurance import TWO_FACTOR_LEVELS, acr_of, two_factors
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AddedPasskey:
    """A new passkey, and the recovery codes that go with the first factor of an account."""

    passkey: Passkey
    recovery_codes: tuple[str, ...] | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPasskey:
    """Verify the answer of an authenticator to the options of `BeginPasskey`, and store the passkey.

    The session of the caller counts as authenticated by the passkey as well, which has verified its user.
    """

    verifier: PasskeyVerifier
    ceremonies: Ceremonies
    unit_of_work: UnitOfWork
    limiter: MailLimiter
    changes: FactorChanges
    clock: Clock

    async def __call__(
        self,
        *,
        caller: AuthenticatedUser,
        token: str,
        credential: Mapping[str, Any],
        name: str = DEFAULT_NAME,
    ) -> AddedPasskey:
        """Store and return the passkey.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            InvalidInput: The name is not allowed, or the credential does not answer the ceremony `token`,
                which is used now.
            PasskeyTaken: The credential is a passkey already.
            TooManyPasskeys: The account has `MAX_PASSKEYS`.
            TooManyRequests: The account has changed its factors too often.
            StorageUnavailable: The passkey may or may not have been stored.
        """
        now, user, session = self.clock.now(), caller.user, caller.session
        caller.check_recent_authentication(now)
        label = PasskeyName.parse(name)
        await self.limiter.check_factor_change(user.id)
        ceremony = await self.ceremonies.finish(Purpose.PASSKEY_CREATE, token, bound_to=session.id)
        created = ceremony and await self.verifier.verify_registration(
            credential, challenge=ceremony.challenge, require_user_verification=True
        )
        if not ceremony or not created:
            raise InvalidInput(NOT_A_CREDENTIAL)
        handle = UserHandle(bytes.fromhex(ceremony.facts["handle"]))
        async with self.unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            passkey = await transaction.passkeys.add(user.id, created, handle=handle, name=label, now=now)
            if passkey is None:  # another ceremony has given the account its handle meanwhile
                raise InvalidInput(NOT_A_CREDENTIAL)
            recovery_codes = await self.changes.added(transaction, user.id, now=now)
            if acr_of(session.methods) not in TWO_FACTOR_LEVELS:
                methods = two_factors(session.methods, passkey.methods(user_verified=True))
                await transaction.sessions.set_methods(user.id, methods, session_id=session.id)
            added = EventType.PASSKEY_ADDED
            await transaction.events.record(
                passkey_event(added, passkey.id, user_id=user.id, now=now, session_id=session.id)
            )
            await transaction.commit()
        return AddedPasskey(passkey, recovery_codes)
