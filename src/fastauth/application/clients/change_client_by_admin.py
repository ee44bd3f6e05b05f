"""Change a client as an administrator."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.clients.administered_client import check_may_get, client_of
from fastauth.application.clients.client_changes import ClientChanges
from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.clients.client import Client, parse_audiences, parse_client_permissions
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_CLIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClientByAdmin:
    """Replace the permissions or the audiences of a client, disable it or enable it. See `ChangeClient`."""

    delegation: Delegation
    changes: ClientChanges
    revoke_again: SecondRevocation

    async def __call__(
        self,
        *,
        acting: Principal,
        client_id: ClientId,
        permissions: Collection[str] | None = None,
        audiences: Collection[str] | None = None,
        disabled: bool | None = None,
    ) -> Client:
        """Return the client as it is now. What is ``None`` stays as it is.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.write``.
            ClientNotFound: No client has this id.
            MorePrivileged: The client holds more than `acting`.
            InvalidInput: A permission or an audience is not one, or is given by commands only.
            PermissionNotHeld: `acting` may not give one of the permissions.
            StorageUnavailable: The change may or may not have been stored.
        """
        async with self.delegation.begin(acting, WRITE_CLIENTS) as act:
            before = await client_of(act, client_id)
            after = before.with_disabled(disabled, now=act.now)
            if permissions is not None:
                after = replace(after, permissions=parse_client_permissions(permissions))
                check_may_get(act, after.permissions, has=before.permissions)
            if audiences is not None:
                after = replace(after, audiences=parse_audiences(audiences))
            await self.changes.update(act.transaction, before, after, now=act.now)
            await act.transaction.commit()
        if after.has_less_than(before):
            await self.revoke_again.of_client(after.id)
        return after
