"""Administrators define roles, within what they may give."""

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application

from fastauth.domain.accounts.user import User
from fastauth.domain.administration.errors import BuiltInRole
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.delegation.errors import OwnAccount, PermissionNotHeld
from fastauth.domain.errors import InvalidInput
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.errors import RoleNotFound, RolesInUse, TooManyPermissions
from fastauth.domain.roles.permissions import READ_ROLES, WRITE_ROLES
from fastauth.domain.roles.role import Role, declare_role


@pytest.fixture
async def app() -> Application:
    return Application()


@pytest.fixture
async def root(app: Application) -> User:
    return await a_user_with(app, "root", "admin")


@pytest.fixture
async def acting(app: Application, root: User) -> Principal:
    return await principal_of(app, root)


async def define(
    app: Application, acting: Principal, *permissions: str, name: str = "clerk", description: str = ""
) -> tuple[Role, bool]:
    return await app.container.define_role()(
        acting=acting, name=name, description=description, permissions=permissions
    )


class TestDefineRole:
    async def test_creates_and_replaces(self, app: Application, acting: Principal) -> None:
        created = declare_role("clerk", permissions=["orders:read"])
        assert await define(app, acting, "orders:read") == (created, True)
        changed = declare_role("clerk", permissions=["orders:write"], description="Writes orders")
        assert await define(app, acting, "orders:write", description=" Writes orders ") == (changed, False)
        assert app.storage.roles["clerk"] == changed
        assert app.event_types()[-2:] == [EventType.ROLE_CHANGED] * 2
        assert app.storage.entries[-1].source
        assert app.storage.entries[-1].source.actor_id == acting.user_id

    async def test_role_without_permissions(self, app: Application, acting: Principal) -> None:
        """It has its name only, as no role has it before, and it is stored and recorded all the same."""
        assert await define(app, acting) == (Role(name="clerk"), True)
        assert app.storage.roles["clerk"] == Role(name="clerk")
        assert app.storage.events[-1] == Event(
            type=EventType.ROLE_CHANGED, occurred_at=app.clock.now(), detail="clerk"
        )

    async def test_same_again_records_nothing(self, app: Application, acting: Principal) -> None:
        await define(app, acting, "orders:read")
        before = len(app.storage.events)
        assert (await define(app, acting, "orders:read"))[1] is False
        assert len(app.storage.events) == before

    async def test_every_violation_with_its_field(self, app: Application, acting: Principal) -> None:
        with pytest.raises(InvalidInput) as invalid:
            await define(app, acting, "orders", name="Clerk!", description="a\nb")
        found = [(each.field, each.code) for each in invalid.value.violations]
        assert found == [
            ("description", "control_character"),
            ("name", "not_allowed"),
            ("permissions", "not_allowed"),
        ]
        for permissions, code in ((["fastauth:users.write"], "reserved"), (["a:b"] * 65, None)):
            if code:
                with pytest.raises(InvalidInput, match="permissions"):
                    await define(app, acting, *permissions)
        with pytest.raises(InvalidInput, match="description"):
            await define(app, acting, description="x" * 201)

    async def test_built_in_role_stays(self, app: Application, acting: Principal) -> None:
        with pytest.raises(BuiltInRole):
            await define(app, acting, name="auditor")
        with pytest.raises(BuiltInRole):
            await app.container.delete_role()(acting=acting, name="admin")

    async def test_own_role_gets_no_permission(self, app: Application, acting: Principal) -> None:
        """D2. Otherwise principals could give themselves a permission by a role that they have."""
        await define(app, acting, "orders:read")
        await app.grant_role(username="root", role="clerk")
        with pytest.raises(OwnAccount):
            await define(app, acting, "orders:read", "orders:write")
        assert (await define(app, acting, description="Reads"))[0].permissions == frozenset()

    async def test_key_gives_and_takes_what_it_holds(
        self, app: Application, acting: Principal, root: User
    ) -> None:
        """D1, D3. A principal who changes a role acts on each user who has it."""
        await define(app, acting, "orders:read", "orders:write", name="manager")
        await define(app, acting, "orders:read", name="reader")
        await app.grant_role(username="root", role="reader")
        only = frozenset({WRITE_ROLES, READ_ROLES, "orders:read"})
        key = await principal_of(app, root, kind=PrincipalKind.API_KEY, only=only)
        for name, permissions in (("clerk", ["orders:write"]), ("manager", ["orders:read"])):
            with pytest.raises(PermissionNotHeld):
                await define(app, key, *permissions, name=name)
        with pytest.raises(PermissionNotHeld):
            await app.container.delete_role()(acting=key, name="manager")
        assert (await define(app, key, "orders:read"))[1]

    async def test_tokens_of_a_narrowed_role_are_revoked(self, app: Application, acting: Principal) -> None:
        await define(app, acting, "orders:read", "orders:write")
        ann = await a_user_with(app, "ann", "clerk")
        await define(app, acting, "orders:read")
        assert app.storage.revocations == [Revocation.of_user(ann.id, at=app.clock.now())] * 2

    async def test_role_of_a_user_does_not_outgrow_the_token(
        self, app: Application, acting: Principal
    ) -> None:
        await define(app, acting, "orders:read")
        await a_user_with(app, "ann", "clerk")
        with pytest.raises(TooManyPermissions):
            await define(
                app, acting, *(f"orders{letter * 30}:readwrite" for letter in "abcdefghijklmnopqrstuvwxyz")
            )

    async def test_needs_the_permission(self, app: Application, root: User) -> None:
        auditor = await principal_of(app, await a_user_with(app, "audit", "auditor"))
        with pytest.raises(NotPermitted):
            await define(app, auditor, name="!")
        with pytest.raises(NotPermitted):
            await app.container.delete_role()(acting=auditor, name="none")
        assert [role.name for role in await app.container.list_roles()(acting=auditor)] == [
            "admin",
            "auditor",
        ]
        assert (await app.container.get_role()(acting=auditor, name="admin")).built_in
        with pytest.raises(RoleNotFound):
            await app.container.get_role()(acting=auditor, name="none")
        unprivileged = await principal_of(app, await a_user_with(app, "ann"))
        for call in (
            app.container.list_roles()(acting=unprivileged),
            app.container.get_role()(acting=unprivileged, name="none"),
        ):
            with pytest.raises(NotPermitted):
                await call


class TestDeleteRole:
    async def test_role_that_no_user_has(self, app: Application, acting: Principal) -> None:
        await define(app, acting, "orders:read")
        await a_user_with(app, "ann", "clerk")
        with pytest.raises(RolesInUse):
            await app.container.delete_role()(acting=acting, name="clerk")
        await app.revoke_role(username="ann", role="clerk")
        app.clock.advance(minutes=1)
        await app.container.delete_role()(acting=acting, name="clerk")
        assert "clerk" not in app.storage.roles
        assert app.storage.events[-1] == Event(
            type=EventType.ROLE_CHANGED, occurred_at=app.clock.now(), detail="clerk"
        )
        with pytest.raises(RoleNotFound):
            await app.container.delete_role()(acting=acting, name="clerk")
