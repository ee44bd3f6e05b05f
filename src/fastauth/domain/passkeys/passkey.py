"""Passkeys, and what must be true of an assertion beyond its signature."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, Self

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import UserId

CredentialId = NewType("CredentialId", str)
"""The id of a WebAuthn credential, in base64url without padding."""

UserHandle = NewType("UserHandle", bytes)
"""What an authenticator stores as the account: 32 random bytes, which reveal nothing of the user."""

USER_HANDLE_BYTES = 32

MIN_CREDENTIAL_ID_BYTES = 16
MAX_CREDENTIAL_ID_BYTES = 1023
"""Shorter and longer ids are not allowed (Web Authentication Level 3, sections 4 and 7.1)."""

MAX_PASSKEYS = 20
"""Passkeys of one account. The options of a ceremony list all of them."""

DEFAULT_NAME = "Passkey"


@dataclass(frozen=True, slots=True)
class PasskeyName:
    """What its owner calls a passkey. No decision depends on it."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name without leading and trailing white space. The rules are those of a full name.

        Raises:
            InvalidInput: The name is empty, longer than 50 code points, contains a control character, or
                has no visible character.
        """
        return cls(FullName.parse(text, field="name").text)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """A credential that an authenticator has just created, and proved to hold."""

    id: CredentialId
    public_key: bytes = field(repr=False)
    """A COSE key (RFC 9052)."""
    sign_count: int
    aaguid: str
    """The model that the authenticator states, without an attestation."""
    transports: tuple[str, ...]
    backup_eligible: bool
    backed_up: bool
    user_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A signature of a passkey that was verified, and what the authenticator has signed."""

    sign_count: int
    user_verified: bool
    """Whether the authenticator has verified its user, by a PIN or biometrics."""
    backup_eligible: bool
    backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A stored passkey."""

    id: CredentialId
    user_id: UserId
    name: PasskeyName
    public_key: bytes = field(repr=False)
    sign_count: int
    """The highest counter that was accepted; 0 if the authenticator does not count."""
    aaguid: str
    transports: tuple[str, ...]
    backup_eligible: bool
    """Whether it may be copied to other devices. It never changes for one credential."""
    backed_up: bool
    created_at: datetime
    last_used_at: datetime | None = None
    suspect_at: datetime | None = None
    """When a signature had a counter that was used before: another device may have a copy."""

    def counts_on(self, sign_count: int) -> bool:
        """Return whether a counter may follow the stored one: it is greater, or both are 0.

        Of a copied passkey, one device sooner or later presents a counter that the other has used.
        """
        return sign_count > self.sign_count or sign_count == self.sign_count == 0

    def methods(self, *, user_verified: bool) -> tuple[str, ...]:
        """Return the methods of an authentication by this passkey (RFC 8176).

        The key may be copied between devices (``swk``) or is bound to its own (``hwk``); ``user`` stands for
        a PIN or biometrics.
        """
        key = "swk" if self.backup_eligible else "hwk"
        return (key, "user") if user_verified else (key,)
