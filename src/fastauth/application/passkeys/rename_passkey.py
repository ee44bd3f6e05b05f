"""Rename a passkey of the caller."""

from dataclasses import dataclass

from fastauth.domain.passkeys.errors import PasskeyNotFound
from fastauth.domain.passkeys.passkey import Passkey, PasskeyName
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passkeys.presented import parse_credential_id
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamePasskey:
    """Replace the name of a passkey, which is for its owner alone: no step-up, no event."""

    passkeys: PasskeyRepository

    async def __call__(self, *, caller: AuthenticatedUser, id_: str, name: str) -> Passkey:
        """Return the renamed passkey.

        Raises:
            InvalidInput: The name is not allowed.
            PasskeyNotFound: The caller has no passkey with this id.
            StorageUnavailable: The name may or may not have been stored.
        """
        label, passkey_id = PasskeyName.parse(name), parse_credential_id(id_)
        renamed = passkey_id and await self.passkeys.rename(caller.user.id, passkey_id, label)
        if not renamed:
            raise PasskeyNotFound
        return renamed
