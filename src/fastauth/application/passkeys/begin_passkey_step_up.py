"""Begin a step-up by passkey."""

from dataclasses import dataclass

from fastauth.application.passkeys.begin_passkey import CeremonyOptions
from fastauth.application.passkeys.bindings import account_of
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.errors import PasskeyNotFound
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.domain.sessions.assurance import has_password
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPasskeyStepUp:
    """Return options for a step-up of the caller's session."""

    relying_party: RelyingParty | None
    passkeys: PasskeyRepository
    ceremonies: Ceremonies

    async def __call__(self, *, caller: AuthenticatedUser) -> CeremonyOptions:
        """Return the options and the token of the ceremony.

        A session that was not begun by a password needs a passkey that verifies its user.

        Raises:
            NotOffered: There are no passkeys here.
            PasskeyNotFound: The account has no passkey.
            StorageUnavailable: Try again later.
        """
        if self.relying_party is None:
            raise NotOffered
        allowed = await self.passkeys.of_user(caller.user.id)
        if not allowed:
            raise PasskeyNotFound
        ceremony = self.ceremonies.begin(Purpose.PASSKEY_GET, bound_to=account_of(caller.user.id))
        options = self.relying_party.request_options(
            challenge=ceremony.challenge,
            allowed=allowed,
            user_verification="preferred" if has_password(caller.session.methods) else "required",
        )
        return CeremonyOptions(ceremony.token, options)
