"""Begin to add a passkey to the caller's account."""

from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.domain.clock import Clock
from fastauth.domain.errors import NotOffered
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.errors import TooManyPasskeys
from fastauth.domain.passkeys.passkey import MAX_PASSKEYS, USER_HANDLE_BYTES, UserHandle
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passkeys.relying_party import RelyingParty
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True)
class CeremonyOptions:
    """What a browser needs for a ceremony, and the token that goes with its answer."""

    token: str = field(repr=False)
    options: dict[str, Any]


def new_handle() -> UserHandle:
    """Return a random user handle."""
    return UserHandle(token_bytes(USER_HANDLE_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPasskey:
    """Return options for a new passkey of the caller. Nothing is stored."""

    relying_party: RelyingParty | None
    passkeys: PasskeyRepository
    ceremonies: Ceremonies
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> CeremonyOptions:
        """Return the options and the token of the ceremony, which works in the caller's session.

        Raises:
            NotOffered: There are no passkeys here.
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            TooManyPasskeys: The account has `MAX_PASSKEYS`.
            StorageUnavailable: Try again later.
        """
        if self.relying_party is None:
            raise NotOffered
        caller.check_recent_authentication(self.clock.now())
        user = caller.user
        existing = await self.passkeys.of_user(user.id)
        if len(existing) >= MAX_PASSKEYS:
            raise TooManyPasskeys
        handle = await self.passkeys.handle_of(user.id) or new_handle()
        ceremony = self.ceremonies.begin(
            Purpose.PASSKEY_CREATE, bound_to=caller.session.id, facts={"handle": handle.hex()}
        )
        options = self.relying_party.creation_options(
            challenge=ceremony.challenge,
            handle=handle,
            username=user.username.display,
            display_name=user.fullname.text,
            existing=existing,
        )
        return CeremonyOptions(ceremony.token, options)
