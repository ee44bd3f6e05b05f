"""Administrators manage clients under the rules of delegation."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application

from fastauth.application.clients.client_changes import CreatedClient
from fastauth.domain.accounts.user import User
from fastauth.domain.clients.client_id import new_client_id
from fastauth.domain.clients.errors import ClientExists, ClientNotFound, InvalidClient
from fastauth.domain.delegation.errors import MorePrivileged, PermissionNotHeld
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.revocations.revocation import RevocationKind
from fastauth.domain.roles.permissions import READ_CLIENTS, READ_USERS, WRITE_CLIENTS, WRITE_ROLES
from fastauth.domain.roles.role import NOT_FOR_MACHINES


@pytest.fixture
async def root(app: Application) -> User:
    return await a_user_with(app, "root1", "admin")


@pytest.fixture
async def acting(app: Application, root: User) -> Principal:
    return await principal_of(app, root)


@pytest.fixture
async def created(app: Application, acting: Principal) -> CreatedClient:
    create = app.container.create_client_by_admin()
    return await create(acting=acting, name="orders", permissions=["orders:read"])


async def limited(app: Application, root: User, *permissions: str) -> Principal:
    """Return an API key of the administrator with some permissions."""
    return await principal_of(app, root, kind=PrincipalKind.API_KEY, only=frozenset(permissions))


class TestCreate:
    async def test_stores_who_created_it(
        self, app: Application, created: CreatedClient, root: User, acting: Principal
    ) -> None:
        client = created.client
        assert (client.created_by, client.created_at) == (root.id, app.clock.now())
        entry = app.storage.entries[-1]
        assert (entry.event.type, entry.event.detail) == ("client_created", client.id)
        assert entry.source
        assert entry.source.actor_id == root.id
        found = await app.container.authenticate_client()(
            client_id=client.id, secret=created.secret.text, address="192.0.2.1"
        )
        assert found == client
        with pytest.raises(ClientExists):
            await app.container.create_client_by_admin()(acting=acting, name="orders", permissions=[])

    async def test_permissions_are_within_those_of_the_principal(self, app: Application, root: User) -> None:
        """D1."""
        create = app.container.create_client_by_admin()
        key = await limited(app, root, WRITE_CLIENTS, READ_USERS)
        assert await create(acting=key, name="reader", permissions=[READ_USERS])
        for permission in (READ_CLIENTS, "orders:read"):
            with pytest.raises(PermissionNotHeld):
                await create(acting=key, name="other", permissions=[READ_USERS, permission])

    async def test_never_gives_what_could_give_more(self, app: Application, acting: Principal) -> None:
        """D7, for each kind of principal; a command may."""
        for permission in sorted(NOT_FOR_MACHINES):
            with pytest.raises(InvalidInput) as error:
                await app.container.create_client_by_admin()(
                    acting=acting, name="other", permissions=[permission]
                )
            detail = f"Only a command of an operator gives {permission} to a client."
            assert error.value.violations == (Violation("permissions", "operator_only", detail),)
        with pytest.raises(InvalidInput) as error:
            await app.container.create_client_by_admin()(
                acting=acting, name="other", permissions=[WRITE_ROLES, WRITE_CLIENTS, READ_USERS]
            )
        detail = f"Only a command of an operator gives {WRITE_CLIENTS}, {WRITE_ROLES} to a client."
        assert error.value.violations == (Violation("permissions", "operator_only", detail),)
        assert await app.container.create_client()(name="other", permissions=NOT_FOR_MACHINES)


class TestChange:
    async def test_replaces_what_is_given(
        self, app: Application, created: CreatedClient, acting: Principal
    ) -> None:
        change = app.container.change_client_by_admin()
        id_ = created.client.id
        changed = await change(
            acting=acting, client_id=id_, permissions=[READ_USERS], audiences=["https://a"]
        )
        assert (changed.permissions, changed.audiences) == (frozenset({READ_USERS}), ("https://a",))
        changed = await change(acting=acting, client_id=id_, disabled=True)
        assert (changed.permissions, changed.disabled_at) == (frozenset({READ_USERS}), app.clock.now())
        assert len(app.storage.revocations) == 4
        with pytest.raises(InvalidClient):
            await app.container.authenticate_client()(
                client_id=id_, secret=created.secret.text, address="192.0.2.1"
            )

    async def test_keeps_what_a_command_gave(self, app: Application, acting: Principal) -> None:
        """D7 is about what is given, not about what is there."""
        made = await app.container.create_client()(name="deployer", permissions=[WRITE_ROLES])
        change = app.container.change_client_by_admin()
        kept = await change(acting=acting, client_id=made.client.id, permissions=[WRITE_ROLES, READ_USERS])
        assert kept.permissions == {WRITE_ROLES, READ_USERS}
        with pytest.raises(InvalidInput):
            await change(acting=acting, client_id=made.client.id, permissions=[WRITE_CLIENTS])

    async def test_no_secret_of_a_client_that_could_give_more(
        self, app: Application, acting: Principal
    ) -> None:
        """D7. An administrator could keep it, and use it once they are none any more."""
        given = [WRITE_ROLES, WRITE_CLIENTS, READ_USERS]
        made = await app.container.create_client()(name="deployer", permissions=given)
        with pytest.raises(InvalidInput) as error:
            await app.container.rotate_client_secret_by_admin()(acting=acting, client_id=made.client.id)
        reserved = f"{WRITE_CLIENTS}, {WRITE_ROLES}"
        detail = f"Only a command of an operator makes a secret of a client with {reserved}."
        assert error.value.violations == (Violation("client_id", "operator_only", detail),)
        assert await app.container.rotate_client_secret()(name="deployer")


class TestMorePrivileged:
    async def test_client_with_more_permissions_is_not_changed(self, app: Application, root: User) -> None:
        """D3. A new secret of a client with more would be a way to it."""
        made = await app.container.create_client()(name="reader", permissions=[READ_CLIENTS])
        key = await limited(app, root, WRITE_CLIENTS, READ_USERS)
        given: dict[str, Any] = {"acting": key, "client_id": made.client.id}
        acts: tuple[Callable[[], Awaitable[object]], ...] = (
            lambda: app.container.change_client_by_admin()(**given, permissions=[READ_USERS]),
            lambda: app.container.change_client_by_admin()(**given, disabled=True),
            lambda: app.container.rotate_client_secret_by_admin()(**given),
            lambda: app.container.remove_client_by_admin()(**given),
        )
        for number, act in enumerate(acts):
            with pytest.raises(MorePrivileged):
                await act()
            assert app.storage.clients[made.client.id].client == made.client, number

    async def test_client_acts_within_what_it_has_now(self, app: Application) -> None:
        made = await app.container.create_client()(name="deployer", permissions=[WRITE_CLIENTS, READ_USERS])
        acting = Principal(
            kind=PrincipalKind.CLIENT, permissions=made.client.permissions, client_id=made.client.id
        )
        create = app.container.create_client_by_admin()
        await create(acting=acting, name="reader", permissions=[READ_USERS])
        source = app.storage.entries[-1].source
        assert source
        assert source.client_id == made.client.id
        await app.container.change_client()(name="deployer", revoke=[READ_USERS])
        with pytest.raises(PermissionNotHeld):
            await create(acting=acting, name="reader2", permissions=[READ_USERS])
        await app.container.change_client()(name="deployer", disabled=True)
        with pytest.raises(NotPermitted):
            await create(acting=acting, name="reader3", permissions=[])


class TestSecretAndRemoval:
    async def test_rotate_and_remove(
        self, app: Application, created: CreatedClient, acting: Principal
    ) -> None:
        given: dict[str, Any] = {"acting": acting, "client_id": created.client.id}
        await app.container.rotate_client_secret_by_admin()(**given)
        assert app.storage.revocations == []
        rotated = await app.container.rotate_client_secret_by_admin()(**given, at_once=True)
        revoked = [(each.kind, each.value) for each in app.storage.revocations]
        assert revoked == [(RevocationKind.CLIENT, created.client.id)] * 2
        authenticate = app.container.authenticate_client()
        credentials: dict[str, Any] = {"client_id": created.client.id, "address": "192.0.2.1"}
        assert await authenticate(secret=rotated.secret.text, **credentials)
        with pytest.raises(InvalidClient):
            await authenticate(secret=created.secret.text, **credentials)
        await app.container.remove_client_by_admin()(**given)
        with pytest.raises(InvalidClient):
            await authenticate(secret=rotated.secret.text, **credentials)

    async def test_unknown_client(self, app: Application, acting: Principal) -> None:
        given: dict[str, Any] = {"acting": acting, "client_id": new_client_id()}
        for name in (
            "get_client",
            "change_client_by_admin",
            "rotate_client_secret_by_admin",
            "remove_client_by_admin",
        ):
            with pytest.raises(ClientNotFound):
                await getattr(app.container, name)()(**given)


class TestListClients:
    async def test_pages_are_in_the_order_of_names(self, app: Application, acting: Principal) -> None:
        for name in ("c", "a", "b", "d", "e"):
            await app.container.create_client()(name=name)
        list_clients = app.container.list_clients()
        names, after = [], None
        while True:
            page = await list_clients(acting=acting, after=after, limit=2)
            names.append([each.client.name for each in page.items])
            after = page.next
            if after is None:
                break
        assert names == [["a", "b"], ["c", "d"], ["e"]]
        with pytest.raises(InvalidInput):
            await list_clients(acting=acting, after="x")
