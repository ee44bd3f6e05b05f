"""Create a client as an administrator."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.clients.administered_client import check_may_get
from fastauth.application.clients.client_changes import ClientChanges, CreatedClient
from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.clients.client import Client
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_CLIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateClientByAdmin:
    """Store a client with permissions that the acting principal holds; return its first secret."""

    delegation: Delegation
    changes: ClientChanges

    async def __call__(
        self, *, acting: Principal, name: str, permissions: Collection[str], audiences: Collection[str] = ()
    ) -> CreatedClient:
        """Return the client and its secret, which is never shown again.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.write``.
            InvalidInput: The name, a permission or an audience is not one, or is given by commands only.
            PermissionNotHeld: `acting` may not give one of the permissions.
            ClientExists: Another client has this name.
            StorageUnavailable: The client may or may not have been stored.
        """
        async with self.delegation.begin(acting, WRITE_CLIENTS) as act:
            client = Client.new(
                name,
                permissions=permissions,
                audiences=audiences,
                created_by=act.authority.user_id,
                now=act.now,
            )
            check_may_get(act, client.permissions)
            created = await self.changes.create(act.transaction, client)
            await act.transaction.commit()
        return created
