"""Begin to register an account that logs in by a passkey."""

from dataclasses import dataclass

from fastauth.application.accounts.check_name import CheckName
from fastauth.application.accounts.registration_rules import RegistrationRules
from fastauth.application.passkeys.begin_passkey import CeremonyOptions, new_handle
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.relying_party import RelyingParty

NEW_ACCOUNT = "new account"
"""What binds the ceremony of a registration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPasskeyRegistration:
    """Check what the account will be, and return options for its first passkey. Nothing is stored.

    It counts as a registration: its answer shows whether a username is free.
    """

    relying_party: RelyingParty | None
    rate_limiter: RateLimiter
    check_name: CheckName
    rules: RegistrationRules
    ceremonies: Ceremonies

    async def __call__(
        self,
        *,
        username: str,
        fullname: str,
        email: str | None = None,
        locale: str | None = None,
        address: str,
    ) -> CeremonyOptions:
        """Return the options and the token of the ceremony, which has the account.

        Raises:
            RegistrationClosed: Only operators, or invited persons, may create accounts.
            NotOffered: There are no passkeys here.
            InvalidInput: Values are not allowed; the error lists all violations.
            TooManyRequests: The network of `address` has reached its limit.
            UsernameTaken: Another account has this username.
            StorageUnavailable: Try again later.
        """
        if self.relying_party is None:
            raise NotOffered
        registration = self.rules.parse(
            username=username, fullname=fullname, email=email, locale=locale, by=RegisteredBy.SELF
        )
        new = registration.user
        permit = await self.rate_limiter.check_registration(address=address)
        async with self.rate_limiter.refund_on_failure(permit):
            await self.check_name(new.username)
        facts = {
            "username": new.username.display,
            "fullname": new.fullname.text,
            "handle": (handle := new_handle()).hex(),
            **({"email": registration.email.text} if registration.email else {}),
            **({"locale": new.locale} if new.locale else {}),
        }
        ceremony = self.ceremonies.begin(Purpose.PASSKEY_CREATE, bound_to=NEW_ACCOUNT, facts=facts)
        options = self.relying_party.creation_options(
            challenge=ceremony.challenge,
            handle=handle,
            username=facts["username"],
            display_name=facts["fullname"],
        )
        return CeremonyOptions(ceremony.token, options)
