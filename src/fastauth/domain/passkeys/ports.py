"""The ports of passkeys: their storage, and the verification of what an authenticator signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.passkeys.passkey import (
    Assertion,
    CredentialId,
    NewCredential,
    Passkey,
    PasskeyName,
    UserHandle,
)


@dataclass(frozen=True, slots=True)
class OwnedPasskey:
    """A passkey with its account, as an authenticator names both."""

    passkey: Passkey
    user: User
    handle: UserHandle


class PasskeyRepository(Protocol):
    """Stored passkeys."""

    async def find(self, id_: CredentialId) -> OwnedPasskey | None:
        """Return the passkey of this credential with its account."""

    async def of_user(self, user_id: UserId) -> tuple[Passkey, ...]:
        """Return the passkeys of an account, the oldest first."""

    async def handle_of(self, user_id: UserId) -> UserHandle | None:
        """Return the handle of an account; ``None`` if it never had a passkey."""

    async def add(
        self,
        user_id: UserId,
        credential: NewCredential,
        *,
        handle: UserHandle,
        name: PasskeyName,
        now: datetime,
    ) -> Passkey | None:
        """Store a passkey. The account keeps its handle, or gets this one; its row stays locked until commit.

        Returns ``None`` if the account has another handle: authenticators could not find it.

        Raises:
            PasskeyTaken: This or another account has the credential already. The transaction cannot go on.
            TooManyPasskeys: The account has `MAX_PASSKEYS`.
        """

    async def accept(self, id_: CredentialId, assertion: Assertion, *, now: datetime) -> bool:
        """Store the counter and the use, if the counter may follow the stored one; return whether it did.

        Of concurrent calls with one counter other than 0, one returns true.
        """

    async def mark_suspect(self, id_: CredentialId, *, now: datetime) -> None:
        """Store that a counter was presented which cannot follow the stored one."""

    async def rename(self, user_id: UserId, id_: CredentialId, name: PasskeyName) -> Passkey | None:
        """Rename a passkey of the account; return it, ``None`` if the account has no such passkey."""

    async def remove(self, user_id: UserId, id_: CredentialId) -> bool:
        """Remove a passkey of the account; return whether it had it. The account's row stays locked."""


class PasskeyVerifier(Protocol):
    """Verifies the responses of authenticators for one relying party.

    It checks type, challenge, origin, relying party, flags and signature, and refuses a ceremony that a
    page of another origin has embedded. ``None`` is the one refusal: a response that is malformed in
    whatever way is refused and raises nothing. Owner, counter and backup eligibility are the caller's to
    check.
    """

    async def verify_registration(
        self, credential: Mapping[str, Any], *, challenge: bytes, require_user_verification: bool
    ) -> NewCredential | None:
        """Return the new credential. Its attestation is not evaluated: a client may claim any model."""

    async def verify_assertion(
        self,
        credential: Mapping[str, Any],
        *,
        challenge: bytes,
        public_key: bytes,
        require_user_verification: bool,
    ) -> Assertion | None:
        """Return what the holder of `public_key` has signed."""
