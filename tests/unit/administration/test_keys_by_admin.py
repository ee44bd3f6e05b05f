"""Administrators look at the signing keys, publish the next one early, and withdraw one that leaked."""

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.role import ADMIN
from fastauth.domain.signing_keys.errors import SigningKeyNotFound
from fastauth.domain.signing_keys.key_set import KeySet


@pytest.fixture
async def app() -> Application:
    return Application()


@pytest.fixture
async def acting(app: Application) -> Principal:
    return await principal_of(app, await a_user_with(app, "root", "admin"))


def stored(app: Application) -> KeySet:
    return KeySet(list(app.storage.keys.values()))


def sequences(keys: KeySet) -> list[int]:
    return [key.sequence for key in keys.keys]


class TestListKeys:
    async def test_every_key(self, app: Application) -> None:
        auditor = await principal_of(app, await a_user_with(app, "audit", "auditor"))
        for _ in range(2):
            await app.container.rotate_keys()(early=True)
        keys = await app.container.list_keys_by_admin()(acting=auditor)
        assert (keys, sequences(keys)) == (stored(app), [1, 2])

    async def test_needs_the_permission(self, app: Application) -> None:
        unprivileged = await principal_of(app, await a_user_with(app, "ann"))
        with pytest.raises(NotPermitted) as refused:
            await app.container.list_keys_by_admin()(acting=unprivileged)
        assert refused.value.permission == "fastauth:audit.read"


class TestRotateKeys:
    async def test_first_key_signs_at_once(self, app: Application, acting: Principal) -> None:
        keys = await app.container.rotate_keys_by_admin()(acting=acting)
        assert (keys, sequences(keys)) == (stored(app), [1])
        assert keys.keys[0].active_from == app.clock.now()
        assert app.storage.events[-1].type is EventType.SIGNING_KEY_ROTATED

    async def test_one_key_waits_at_a_time(self, app: Application, acting: Principal) -> None:
        """The next one is published once the key before it signs."""
        rotate = app.container.rotate_keys_by_admin()
        await rotate(acting=acting)
        for last in (2, 3):
            keys = await rotate(acting=acting)
            assert (keys.keys[-1].sequence, keys) == (last, stored(app))
            assert keys.keys[-1].active_from > app.clock.now()
            assert await rotate(acting=acting) == keys == stored(app)
            app.clock.advance(keys.keys[-1].active_from - app.clock.now())

    async def test_needs_the_permission(self, app: Application, acting: Principal) -> None:
        key = Principal(
            kind=PrincipalKind.API_KEY,
            permissions=ADMIN.permissions - {"fastauth:keys.write"},
            user_id=acting.user_id,
        )
        with pytest.raises(NotPermitted) as refused:
            await app.container.rotate_keys_by_admin()(acting=key)
        assert (refused.value.permission, app.storage.keys) == ("fastauth:keys.write", {})


class TestRevokeKey:
    async def test_key_that_leaked(self, app: Application, acting: Principal) -> None:
        """Another one stays. The event names the acting principal."""
        for _ in range(2):
            await app.container.rotate_keys()(early=True)
        leaked, kept = app.storage.keys[2], app.storage.keys[1]
        assert await app.container.revoke_key_by_admin()(acting=acting, kid=leaked.kid) == KeySet([kept])
        assert stored(app) == KeySet([kept])
        entry = app.storage.entries[-1]
        assert entry.event == Event(
            type=EventType.SIGNING_KEY_REVOKED, occurred_at=app.clock.now(), detail=leaked.kid
        )
        assert entry.source
        assert entry.source.actor_id == acting.user_id

    async def test_unknown_key_and_permission(self, app: Application, acting: Principal) -> None:
        revoke = app.container.revoke_key_by_admin()
        with pytest.raises(SigningKeyNotFound):
            await revoke(acting=acting, kid="none")
        auditor = await principal_of(app, await a_user_with(app, "audit", "auditor"))
        with pytest.raises(NotPermitted) as refused:
            await revoke(acting=auditor, kid="none")
        assert refused.value.permission == "fastauth:keys.write"
