"""Give a client a new secret as an administrator."""

from dataclasses import dataclass

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.clients.administered_client import check_may_hold_secret_of, client_of
from fastauth.application.clients.client_changes import ClientChanges, CreatedClient
from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_CLIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateClientSecretByAdmin:
    """Make a secret for a client that holds no more than the acting principal. See `RotateClientSecret`."""

    delegation: Delegation
    changes: ClientChanges
    revoke_again: SecondRevocation

    async def __call__(
        self, *, acting: Principal, client_id: ClientId, at_once: bool = False
    ) -> CreatedClient:
        """Return the secret, which is never shown again. See `RotateClientSecret` for `at_once`.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.write``.
            ClientNotFound: No client has this id.
            MorePrivileged: The client holds more than `acting`.
            InvalidInput: The client has a permission that is given by commands only.
            StorageUnavailable: The secret may or may not have been stored.
        """
        async with self.delegation.begin(acting, WRITE_CLIENTS) as act:
            client = await client_of(act, client_id)
            check_may_hold_secret_of(client)
            rotated = await self.changes.rotate_secret(act.transaction, client, at_once=at_once, now=act.now)
            await act.transaction.commit()
        if at_once:
            await self.revoke_again.of_client(client_id)
        return rotated
