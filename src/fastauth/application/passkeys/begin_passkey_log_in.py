"""Begin a log-in by passkey."""

from dataclasses import dataclass

from fastauth.application.passkeys.begin_passkey import CeremonyOptions
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.relying_party import RelyingParty


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPasskeyLogIn:
    """Return options for a log-in, which any passkey of this relying party may answer.

    No username is required, so the options reveal nothing of any account. Nothing is stored.
    """

    relying_party: RelyingParty | None
    ceremonies: Ceremonies

    async def __call__(self) -> CeremonyOptions:
        """Return the options and the token of the ceremony.

        Raises:
            NotOffered: There are no passkeys here.
        """
        if self.relying_party is None:
            raise NotOffered
        ceremony = self.ceremonies.begin(Purpose.PASSKEY_GET)
        return CeremonyOptions(
            ceremony.token, self.relying_party.request_options(challenge=ceremony.challenge)
        )
