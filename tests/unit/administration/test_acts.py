"""Administrators change the accounts of others, under the rules of delegation."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application
from tests.session_helpers import event_now, happened, is_over

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.administration.errors import NoVerifiedAddress, UserDisabled
from fastauth.domain.audit.event import EventType
from fastauth.domain.delegation.errors import (
    LastAdministrator,
    MorePrivileged,
    OwnAccount,
    PermissionNotHeld,
)
from fastauth.domain.errors import FastauthError
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.permissions import WRITE_ROLES, WRITE_USERS
from fastauth.domain.roles.role import ADMIN, declare_role

CLERK = declare_role("clerk", permissions=["orders:read"])
MANAGER = declare_role("manager", permissions=["orders:read", "orders:write"])

ACTS: dict[str, tuple[str, dict[str, str]]] = {
    "disable_user_by_admin": (WRITE_USERS, {}),
    "enable_user_by_admin": (WRITE_USERS, {}),
    "unlock_user_by_admin": (WRITE_USERS, {}),
    "end_sessions_by_admin": (WRITE_USERS, {}),
    "start_reset_by_admin": (WRITE_USERS, {}),
    "reset_second_factors_by_admin": (WRITE_USERS, {}),
    "grant_role_by_admin": (WRITE_ROLES, {"role": "clerk"}),
    "revoke_role_by_admin": (WRITE_ROLES, {"role": "clerk"}),
}
"""The acts on an account, the permission that each needs, and its further arguments."""


EVENTS = {
    "disable_user_by_admin": EventType.USER_DISABLED,
    "enable_user_by_admin": EventType.USER_ENABLED,
    "unlock_user_by_admin": EventType.USER_UNLOCKED,
    "end_sessions_by_admin": EventType.LOGGED_OUT,
    "start_reset_by_admin": EventType.PASSWORD_RESET_STARTED,
    "reset_second_factors_by_admin": EventType.SECOND_FACTORS_RESET,
    "grant_role_by_admin": EventType.ROLE_GRANTED,
    "revoke_role_by_admin": EventType.ROLE_REVOKED,
}
DETAILS = {"grant_role_by_admin": "manager", "revoke_role_by_admin": "clerk"}
"""Of the events of acts on a role."""


class Cast:
    """Two administrators, and Ann, who is a clerk."""

    def __init__(self, app: Application, ann: User, root: User, other: User) -> None:
        self.app, self.ann, self.root, self.other = app, ann, root, other

    async def act(self, name: str, acting: Principal | User, on: User | UserId, **more: Any) -> Any:  # noqa: ANN401  whatever the use case returns
        principal = acting if isinstance(acting, Principal) else await principal_of(self.app, acting)
        user_id = on.id if isinstance(on, User) else on
        arguments = ACTS[name][1] | more
        return await getattr(self.app.container, name)()(acting=principal, user_id=user_id, **arguments)

    async def error_of(self, *of: Any, **more: Any) -> type[FastauthError] | None:  # noqa: ANN401  as `act`
        try:
            await self.act(*of, **more)
        except FastauthError as error:
            return type(error)
        return None


@pytest.fixture
async def cast() -> Cast:
    app = Application()
    await app.apply_roles(declared=[CLERK, MANAGER])
    ann = await a_user_with(app, "ann", "clerk")
    await app.a_verified_address("ann@example.com", username="ann")
    root, other = await a_user_with(app, "root1", "admin"), await a_user_with(app, "root2", "admin")
    return Cast(app, ann, root, other)


async def table(of: Callable[[str], Awaitable[type[FastauthError] | None]]) -> dict[str, object]:
    """Return which error each act raises."""
    return {name: await of(name) for name in ACTS}


class TestEveryAct:
    async def test_needs_its_permission(self, cast: Cast) -> None:
        """A principal with every permission but this one is refused, before the account is looked for."""
        for name, (permission, _) in ACTS.items():
            principal = await principal_of(
                cast.app, cast.root, kind=PrincipalKind.API_KEY, only=ADMIN.permissions - {permission}
            )
            for target in (cast.ann, UserId(999)):
                assert await cast.error_of(name, principal, target) is NotPermitted, name
        assert not happened(cast.app, EventType.USER_DISABLED, EventType.ROLE_REVOKED)

    async def test_unknown_account(self, cast: Cast) -> None:
        found = await table(lambda name: cast.error_of(name, cast.root, UserId(999)))
        assert found == dict.fromkeys(ACTS, UserNotFound)

    async def test_own_account_needs_another_administrator(self, cast: Cast) -> None:
        """D2. One may give up a role of one's own."""
        found = await table(lambda name: cast.error_of(name, cast.root, cast.root))
        assert found == dict.fromkeys(ACTS, OwnAccount) | {"revoke_role_by_admin": RoleNotFound}

    async def test_own_account_of_the_owner_of_a_key(self, cast: Cast) -> None:
        key = await principal_of(cast.app, cast.root, kind=PrincipalKind.API_KEY)
        assert await cast.error_of("disable_user_by_admin", key, cast.root) is OwnAccount

    async def test_account_that_holds_more(self, cast: Cast) -> None:
        """D3. A key of an administrator may do less than its owner, on fewer accounts."""
        for target in (cast.ann, cast.other):
            for name, (permission, _) in ACTS.items():
                key = await principal_of(
                    cast.app, cast.root, kind=PrincipalKind.API_KEY, only=frozenset({permission})
                )
                assert await cast.error_of(name, key, target) is MorePrivileged, name

    async def test_revoked_a_moment_ago(self, cast: Cast) -> None:
        """D1. What counts is what the administrator holds when the act is stored, not when it began."""
        principal = await principal_of(cast.app, cast.root)
        await cast.app.revoke_role(username="root1", role="admin")
        found = await table(lambda name: cast.error_of(name, principal, cast.ann))
        assert found == dict.fromkeys(ACTS, NotPermitted)

    async def test_disabled_a_moment_ago(self, cast: Cast) -> None:
        principal = await principal_of(cast.app, cast.root)
        await cast.app.disable_user(username="root1")
        found = await table(lambda name: cast.error_of(name, principal, cast.ann))
        assert found == dict.fromkeys(ACTS, NotPermitted)

    async def test_event_names_the_acting_principal(self, cast: Cast) -> None:
        """D8."""
        for name in ACTS:
            before = len(cast.app.storage.entries)
            await cast.act(name, cast.root, cast.ann, **({"role": "manager"} if "grant" in name else {}))
            recorded = cast.app.storage.entries[before:]
            assert [entry.event for entry in recorded] == [
                event_now(cast.app, EVENTS[name], user_id=cast.ann.id, detail=DETAILS.get(name))
            ], name
            for entry in recorded:
                assert entry.source
                assert (entry.event.user_id, entry.source.actor_id) == (cast.ann.id, cast.root.id), name


class TestDisable:
    async def test_ends_sessions_and_log_in(self, cast: Cast) -> None:
        tokens = await cast.app.a_log_in("ann")
        await cast.act("disable_user_by_admin", cast.root, cast.ann)
        assert await is_over(cast.app, tokens)
        with pytest.raises(InvalidCredentials):
            await cast.app.a_log_in("ann")
        await cast.act("enable_user_by_admin", cast.root, cast.ann)
        assert await cast.app.a_log_in("ann")

    async def test_each_other_leaves_one(self, cast: Cast) -> None:
        """D4. Both had the role when their requests began."""
        first, second = await principal_of(cast.app, cast.root), await principal_of(cast.app, cast.other)
        assert await cast.error_of("disable_user_by_admin", first, cast.other) is None
        assert await cast.error_of("disable_user_by_admin", second, cast.root) is NotPermitted

    async def test_last_administrator(self, cast: Cast) -> None:
        """D4. A key has no permission of a role that its owner has lost; a client has no owner."""
        made = await cast.app.container.create_client()(name="deployer", permissions=ADMIN.permissions)
        client = Principal(kind=PrincipalKind.CLIENT, permissions=ADMIN.permissions, client_id=made.client.id)
        await cast.act("disable_user_by_admin", client, cast.other)
        assert await cast.error_of("disable_user_by_admin", client, cast.root) is LastAdministrator
        assert (
            await cast.error_of("revoke_role_by_admin", client, cast.root, role="admin") is LastAdministrator
        )
        assert cast.app.storage.entries[-1].source
        assert cast.app.storage.entries[-1].source.client_id == made.client.id


class TestEndSessions:
    async def test_returns_how_many(self, cast: Cast) -> None:
        tokens = [await cast.app.a_log_in("ann") for _ in range(2)]
        assert await cast.act("end_sessions_by_admin", cast.root, cast.ann) == 2
        assert [await is_over(cast.app, each) for each in tokens] == [True, True]


class TestStartReset:
    async def test_mail_goes_to_the_verified_address(self, cast: Cast) -> None:
        await cast.act("start_reset_by_admin", cast.root, cast.ann)
        *_, waits = [each.record for each in cast.app.storage.outbox.values()]
        assert (waits.kind, waits.user_id) == (OutboxKind.PASSWORD_RESET, cast.ann.id)
        assert waits.expires_at == cast.app.clock.now() + timedelta(hours=1)
        (mail,) = await cast.app.deliver()
        assert mail.to == "ann@example.com"
        assert happened(cast.app, EventType.PASSWORD_RESET_STARTED)
        assert await cast.app.a_log_in("ann")

    async def test_account_without_address_or_disabled(self, cast: Cast) -> None:
        assert await cast.error_of("start_reset_by_admin", cast.root, cast.other) is NoVerifiedAddress
        await cast.act("disable_user_by_admin", cast.root, cast.ann)
        assert await cast.error_of("start_reset_by_admin", cast.root, cast.ann) is UserDisabled


class TestRoles:
    async def test_grant_records_who_granted(self, cast: Cast) -> None:
        await cast.act("grant_role_by_admin", cast.root, cast.ann, role="manager")
        (clerk, manager) = await cast.app.container.roles().of_user(cast.ann.id)
        assert (clerk.granted_by, manager.granted_by) == (None, cast.root.id)

    async def test_administrator_gives_roles_of_other_services(self, cast: Cast) -> None:
        """D1. The role admin has no permission of another service, and its token no room for all of them."""
        assert await cast.error_of("grant_role_by_admin", cast.root, cast.other, role="manager") is None

    async def test_no_other_principal_gives_what_they_do_not_hold(self, cast: Cast) -> None:
        """R53 (GHSA-xr8f-h2gw-9xh6, GHSA-gv74-j8m3-fg5f; CWE-862): a grant without the right to it.

        D1. A key that may grant roles has one permission of a role, not the other.
        """
        bob = await a_user_with(cast.app, "bob")
        root = await a_user_with(cast.app, "root3", "admin", "clerk")
        key = await principal_of(
            cast.app, root, kind=PrincipalKind.API_KEY, only=frozenset({WRITE_ROLES, "orders:read"})
        )
        for role, error in {"clerk": None, "manager": PermissionNotHeld, "admin": PermissionNotHeld}.items():
            assert await cast.error_of("grant_role_by_admin", key, bob, role=role) is error, role

    async def test_unknown_role(self, cast: Cast) -> None:
        for name in ("grant_role_by_admin", "revoke_role_by_admin"):
            assert await cast.error_of(name, cast.root, cast.ann, role="none") is RoleNotFound

    async def test_revoke_revokes_access_tokens(self, cast: Cast) -> None:
        await cast.act("revoke_role_by_admin", cast.root, cast.ann)
        assert cast.app.storage.revocations == [Revocation.of_user(cast.ann.id, at=cast.app.clock.now())] * 2

    async def test_administrator_gives_up_the_role_unless_last(self, cast: Cast) -> None:
        """D4."""
        assert await cast.error_of("revoke_role_by_admin", cast.other, cast.other, role="admin") is None
        error = await cast.error_of("revoke_role_by_admin", cast.root, cast.root, role="admin")
        assert error is LastAdministrator

    async def test_revoke_each_other_leaves_one(self, cast: Cast) -> None:
        """D4. Both had the role when their requests began."""
        first, second = await principal_of(cast.app, cast.root), await principal_of(cast.app, cast.other)
        assert await cast.error_of("revoke_role_by_admin", first, cast.other, role="admin") is None
        assert await cast.error_of("revoke_role_by_admin", second, cast.root, role="admin") is NotPermitted
