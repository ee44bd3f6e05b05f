"""Change what a client may do by command."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.clients.client_changes import ClientChanges
from fastauth.domain.clients.client import Client, parse_audiences, parse_client_permissions
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClient:
    """Give a client permissions and audiences or take them away, disable it or enable it.

    A revocation is written twice: with the change, so that it cannot get lost, and after it, for tokens that
    were issued meanwhile.
    """

    changes: ClientChanges
    unit_of_work: UnitOfWork
    revoke_again: SecondRevocation
    clock: Clock

    async def __call__(  # noqa: PLR0913  what a client has
        self,
        *,
        name: str,
        grant: Collection[str] = (),
        revoke: Collection[str] = (),
        add_audiences: Collection[str] = (),
        remove_audiences: Collection[str] = (),
        disabled: bool | None = None,
    ) -> Client:
        """Return the client as it is now. What is ``None`` stays as it is.

        Raises:
            InvalidInput: A permission or an audience is not one, or there are too many.
            ClientNotFound: No client has this name.
            StorageUnavailable: The change may or may not have been stored.
        """
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            found = await transaction.clients.find(name)
            if found is None:
                raise ClientNotFound
            before = found.client
            permissions = parse_client_permissions(before.permissions.union(grant)) - set(revoke)
            audiences = parse_audiences({*before.audiences, *add_audiences} - set(remove_audiences))
            after = replace(before, permissions=permissions, audiences=audiences)
            after = after.with_disabled(disabled, now=now)
            await self.changes.update(transaction, before, after, now=now)
            await transaction.commit()
        if after.has_less_than(before):
            await self.revoke_again.of_client(after.id)
        return after
