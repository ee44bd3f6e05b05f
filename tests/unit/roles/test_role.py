"""Roles, permissions and their limits."""

import json
from contextlib import nullcontext

import pytest

from fastauth.domain.errors import InvalidInput
from fastauth.domain.roles.errors import TooManyPermissions
from fastauth.domain.roles.role import ADMIN, AUDITOR, Grants, Role, RoleChanges, declare_role


def numbered(count: int, prefix: str = "p") -> list[str]:
    return [f"{prefix}{number}:read" for number in range(count)]


class TestDeclareRole:
    def test_accepts_names_and_permissions_up_to_the_limits(self) -> None:
        for name in ("a", "a" * 40, "clerk", "a0_.-"):
            role = declare_role(name, permissions=[f"{name}:{name}", *numbered(63)])
            assert len(role.permissions) == 64

    def test_rejects_names(self) -> None:
        for name in ("", "a" * 41, "Clerk", "0a", "a b", "a\n", "é", "admin", "auditor"):
            with pytest.raises(InvalidInput, match=r"40 of a-z|built in"):
                declare_role(name)

    def test_rejects_permissions(self) -> None:
        for permission in ("read", "a:", ":a", "a:*", "*", "A:read", "a:b:c", "a:read\n", f"a:{'b' * 41}"):
            with pytest.raises(InvalidInput, match="is not a permission"):
                declare_role("clerk", permissions=[permission])

    def test_rejects_permissions_of_the_service_itself(self) -> None:
        with pytest.raises(InvalidInput, match="belongs to the service"):
            declare_role("clerk", permissions=["fastauth:users.read"])

    def test_rejects_more_than_64_permissions(self) -> None:
        with pytest.raises(InvalidInput, match="64 permissions"):
            declare_role("clerk", permissions=numbered(65))


class TestBuiltInRoles:
    def test_auditor_reads_and_admin_may_all(self) -> None:
        assert AUDITOR.permissions < ADMIN.permissions
        assert all(each.startswith("fastauth:") for each in ADMIN.permissions)
        assert {each for each in ADMIN.permissions if each.endswith(".read")} == AUDITOR.permissions


class TestGrants:
    def test_32_roles_fit_and_33_do_not(self) -> None:
        Grants.of(Role(name=f"r{number}") for number in range(32)).check_size()
        with pytest.raises(TooManyPermissions):
            Grants.of(Role(name=f"r{number}") for number in range(33)).check_size()

    def test_1200_bytes_of_json_fit_and_1201_do_not(self) -> None:
        most = [f"{letter}{'p' * 30}:read" for letter in "abcdefghijklmnopqrstuvwxyz"]
        for length, fits in ((1_200, True), (1_201, False)):
            name = "r" * (length - len(json.dumps([[""], most], separators=(",", ":"))))
            grants = Grants.of([Role(name=name, permissions=frozenset(most))])
            with nullcontext() if fits else pytest.raises(TooManyPermissions):
                grants.check_size()


class TestRoleChanges:
    def test_difference_of_stored_and_declared(self) -> None:
        stored = [
            ADMIN,
            declare_role("same"),
            declare_role("less", permissions=["a:b", "a:c"]),
            declare_role("old"),
        ]
        declared = [declare_role("same"), declare_role("less", permissions=["a:b"]), declare_role("new")]
        changes = RoleChanges.between(stored, declared)
        assert [role.name for role in changes.added] == ["new"]
        assert [role.name for role in changes.changed] == ["less"]
        assert (changes.removed, changes.narrowed) == (("old",), ("less",))
        assert changes.names == ("less", "new", "old")

    def test_no_difference_is_false(self) -> None:
        assert not RoleChanges.between([ADMIN, declare_role("a")], [declare_role("a")])
        assert not RoleChanges.between(
            [declare_role("a", permissions=["a:b"])], [declare_role("a", permissions=["a:b"])]
        )
