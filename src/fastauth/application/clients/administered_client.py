"""The client that an administrator acts on."""

from fastauth.application.delegation.delegation import Act
from fastauth.domain.clients.client import Client
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.delegation.errors import MorePrivileged
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.roles.role import NOT_FOR_MACHINES


async def client_of(act: Act, client_id: ClientId) -> Client:
    """Return the client, which holds no more than the acting principal, who could use a new secret of it.

    Raises:
        ClientNotFound: There is none with this id.
        MorePrivileged: It holds more than the acting principal.
    """
    found = await act.transaction.clients.get(client_id)
    if found is None:
        raise ClientNotFound
    if not act.authority.covers(found.client.permissions):
        raise MorePrivileged
    return found.client


def check_may_get(act: Act, permissions: frozenset[str], *, has: frozenset[str] = frozenset()) -> None:
    """Return if a client that `has` some permissions may get `permissions` from the acting principal.

    Raises:
        InvalidInput: One of them is given by commands only.
        PermissionNotHeld: The acting principal may not give one of them.
    """
    if reserved := sorted((permissions - has) & NOT_FOR_MACHINES):
        detail = f"Only a command of an operator gives {', '.join(reserved)} to a client."
        raise InvalidInput(Violation("permissions", "operator_only", detail))
    act.authority.check_may_give(permissions)


def check_may_hold_secret_of(client: Client) -> None:
    """Return if an administrator may get a secret of the client.

    Raises:
        InvalidInput: It has a permission that is given by commands only.
    """
    if reserved := sorted(client.permissions & NOT_FOR_MACHINES):
        detail = f"Only a command of an operator makes a secret of a client with {', '.join(reserved)}."
        raise InvalidInput(Violation("client_id", "operator_only", detail))
