"""Roles are declared, granted and revoked, and access tokens carry them."""

from datetime import timedelta

import pytest
from tests.application import A_DEVICE, Application
from tests.contracts.roles.role_repository import RoleRepositoryContract
from tests.fakes import (
    FakePasswordRepository,
    FakeRoleRepository,
    FakeSessionRepository,
    FakeStorage,
    FakeUserRepository,
)
from tests.port_calls import with_calls

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.errors import RoleNotFound, RolesInUse, TooManyPermissions
from fastauth.domain.roles.role import MAX_ROLES_OF_USER, Grants, declare_role

CLERK = declare_role("clerk", permissions=["orders:read"])
MANAGER = declare_role("manager", permissions=["orders:read", "orders:write"])
HUGE = declare_role(
    "huge", permissions=[f"orders{letter * 30}:readwrite" for letter in "abcdefghijklmnopqrstuvwxyz"]
)


@pytest.fixture
async def app() -> Application:
    app = Application()
    await app.a_user()
    await app.apply_roles(declared=[CLERK, MANAGER])
    return app


async def claims_of(app: Application, text: str) -> Grants:
    return (await app.container.access_tokens().verify(text)).grants


class TestFakeRoleRepository(RoleRepositoryContract):
    @pytest.fixture
    def storage(self) -> FakeStorage:
        return FakeStorage()

    @pytest.fixture
    def users(self, storage: FakeStorage) -> FakeUserRepository:
        return FakeUserRepository(storage)

    @pytest.fixture
    def passwords(self, storage: FakeStorage) -> FakePasswordRepository:
        return FakePasswordRepository(storage)

    @pytest.fixture
    def sessions(self, storage: FakeStorage) -> FakeSessionRepository:
        return FakeSessionRepository(storage)

    @pytest.fixture
    def roles(self, storage: FakeStorage) -> FakeRoleRepository:
        return FakeRoleRepository(storage)


class TestAccessTokens:
    async def test_log_in_and_refresh_carry_the_roles_of_now(self, app: Application) -> None:
        await app.grant_role(username="santosh", role="clerk")
        tokens = await app.a_log_in()
        assert await claims_of(app, tokens.access.text) == Grants.of([CLERK])
        await app.grant_role(username="santosh", role="manager")
        await app.revoke_role(username="santosh", role="clerk")
        tokens = await app.refresh_session(refresh_token=tokens.refresh, client=A_DEVICE)
        assert await claims_of(app, tokens.access.text) == Grants.of([MANAGER])

    async def test_replay_within_grace_carries_them_too(self, app: Application) -> None:
        tokens = await app.a_log_in()
        await app.refresh_session(refresh_token=tokens.refresh, client=A_DEVICE)
        await app.grant_role(username="santosh", role="clerk")
        again = await app.refresh_session(refresh_token=tokens.refresh, client=A_DEVICE)
        assert again.replayed
        assert await claims_of(app, again.access.text) == Grants.of([CLERK])


class TestGrantRole:
    async def test_records_an_event_once(self, app: Application) -> None:
        for _ in range(2):
            await app.grant_role(username="santosh", role="admin")
            app.clock.advance(seconds=1)
        (user_id,) = app.storage.users
        assert [event for event in app.storage.events if event.type is EventType.ROLE_GRANTED] == [
            Event(
                type=EventType.ROLE_GRANTED,
                occurred_at=app.clock.now() - timedelta(seconds=2),
                user_id=user_id,
                detail="admin",
            )
        ]

    async def test_unknown_role_and_user(self, app: Application) -> None:
        with pytest.raises(RoleNotFound):
            await app.grant_role(username="santosh", role="none")
        with pytest.raises(UserNotFound):
            await app.grant_role(username="nobody", role="clerk")

    async def test_rejects_what_a_token_has_no_room_for(self, app: Application) -> None:
        await app.apply_roles(declared=[CLERK, MANAGER, HUGE])
        with pytest.raises(TooManyPermissions):
            await app.grant_role(username="santosh", role="huge")
        assert not app.storage.user_roles

    async def test_counts_the_roles_that_the_user_has(self, app: Application) -> None:
        many = [declare_role(f"r{number}") for number in range(MAX_ROLES_OF_USER)]
        await app.apply_roles(declared=[CLERK, MANAGER, *many])
        for each in many:
            await app.grant_role(username="santosh", role=each.name)
        with pytest.raises(TooManyPermissions):
            await app.grant_role(username="santosh", role="clerk")


class TestRevokeRole:
    async def test_records_an_event(self, app: Application) -> None:
        await app.grant_role(username="santosh", role="clerk")
        await app.revoke_role(username="santosh", role="clerk")
        (user_id,) = app.storage.users
        assert app.storage.events[-1] == Event(
            type=EventType.ROLE_REVOKED, occurred_at=app.clock.now(), user_id=user_id, detail="clerk"
        )

    async def test_role_that_the_user_does_not_have(self, app: Application) -> None:
        with pytest.raises(RoleNotFound):
            await app.revoke_role(username="santosh", role="clerk")

    async def test_access_tokens_are_revoked_with_the_change_and_after_it(self, app: Application) -> None:
        """A token of a concurrent refresh has the old roles and a time between the two."""
        await app.grant_role(username="santosh", role="clerk")
        await app.revoke_role(username="santosh", role="clerk")
        (user_id,) = app.storage.users
        assert app.storage.revocations == [Revocation.of_user(user_id, at=app.clock.now())] * 2


class TestApplyRoles:
    async def test_dry_run_changes_nothing(self, app: Application) -> None:
        changes = await app.apply_roles(declared=[CLERK], dry_run=True)
        assert changes.removed == ("manager",)
        assert "manager" in app.storage.roles

    async def test_records_an_event_for_each_role_that_changes(self, app: Application) -> None:
        before = len(app.storage.events)
        await app.apply_roles(declared=[declare_role("clerk"), HUGE])
        events = app.storage.events[before:]
        assert events == [
            Event(type=EventType.ROLE_CHANGED, occurred_at=app.clock.now(), detail=name)
            for name in ("clerk", "huge", "manager")
        ]

    async def test_roles_that_lose_nothing_revoke_nothing(self, app: Application) -> None:
        apply_roles, calls = with_calls(app.container.apply_roles(), "revocations")
        await apply_roles(declared=[CLERK, MANAGER, HUGE])
        await apply_roles(declared=[declare_role("clerk")], dry_run=True)
        assert calls.made == []
        await apply_roles(declared=[declare_role("clerk"), MANAGER])
        assert calls.made == [("add_for_roles", (("clerk",),), {"at": app.clock.now()})]

    async def test_role_of_a_user_is_not_removed(self, app: Application) -> None:
        for role in ("manager", "clerk"):
            await app.grant_role(username="santosh", role=role)
        with pytest.raises(RolesInUse) as refused:
            await app.apply_roles(declared=[])
        assert refused.value.detail == "Users still have these roles: clerk, manager"
        assert {"clerk", "manager"} <= set(app.storage.roles)

    async def test_role_of_a_user_does_not_outgrow_the_token(self, app: Application) -> None:
        await app.grant_role(username="santosh", role="clerk")
        grown = declare_role("clerk", permissions=HUGE.permissions)
        with pytest.raises(TooManyPermissions):
            await app.apply_roles(declared=[grown, MANAGER])
        assert app.storage.roles["clerk"] == CLERK

    async def test_tokens_of_a_role_that_loses_a_permission_are_revoked(self, app: Application) -> None:
        await app.grant_role(username="santosh", role="clerk")
        wider = declare_role("clerk", permissions=["orders:read", "orders:write"])
        await app.apply_roles(declared=[wider, MANAGER])
        assert app.storage.revocations == []
        await app.apply_roles(declared=[CLERK, MANAGER])
        (user_id,) = app.storage.users
        assert app.storage.revocations == [Revocation.of_user(user_id, at=app.clock.now())] * 2

    async def test_built_in_roles_stay(self, app: Application) -> None:
        await app.apply_roles(declared=[])
        assert set(app.storage.roles) == {"admin", "auditor"}
