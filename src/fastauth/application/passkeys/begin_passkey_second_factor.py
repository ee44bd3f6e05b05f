"""Begin a second factor by passkey."""

from dataclasses import dataclass
from typing import Any

from fastauth.application.passkeys.bindings import challenge_of
from fastauth.domain.clock import Clock
from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.domain.second_factors.errors import InvalidSecondFactor


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPasskeySecondFactor:
    """Return options for the second step of a log-in whose password was right."""

    relying_party: RelyingParty | None
    passkeys: PasskeyRepository
    codec: OneTimeTokenCodec
    tokens: OneTimeTokenRepository
    clock: Clock

    async def __call__(self, *, challenge: str) -> dict[str, Any]:
        """Return the options. The token of the log-in's challenge goes with the answer.

        Raises:
            NotOffered: There are no passkeys here.
            InvalidSecondFactor: The challenge is not valid, or its account has no passkey.
            StorageUnavailable: Try again later.
        """
        if self.relying_party is None:
            raise NotOffered
        digests = self.codec.digests(Purpose.SECOND_FACTOR, challenge)
        found = await self.tokens.find_open(digests, purpose=Purpose.SECOND_FACTOR, now=self.clock.now())
        allowed = await self.passkeys.of_user(found.user_id) if found and found.user_id else ()
        if not allowed:
            raise InvalidSecondFactor
        return self.relying_party.request_options(
            challenge=challenge_of(challenge), allowed=allowed, user_verification="preferred"
        )
