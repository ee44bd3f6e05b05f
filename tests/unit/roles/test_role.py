"""Roles, permissions and their limits."""

import json
from contextlib import nullcontext

import pytest

from fastauth.domain.errors import InvalidInput
from fastauth.domain.roles.errors import TooManyPermissions
from fastauth.domain.roles.role import (
    ADMIN,
    AUDITOR,
    Grants,
    Role,
    RoleChanges,
    declare_role,
    parse_description,
)


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

    def test_errors_name_the_role_and_a_code(self) -> None:
        """A file of roles has many roles: the field is the name of the one that is wrong."""
        for name, description, permissions, code in (
            ("Clerk", "", (), "not_allowed"),
            ("admin", "", (), "reserved"),
            ("clerk", "", numbered(65), "too_long"),
            ("clerk", "", ("read",), "not_allowed"),
            ("clerk", "", ("fastauth:users.read",), "reserved"),
            ("clerk", "a\x07b", (), "control_character"),
            ("clerk", "a" * 201, (), "too_long"),
        ):
            with pytest.raises(InvalidInput) as caught:
                declare_role(name, description=description, permissions=permissions)
            assert [(each.field, each.code) for each in caught.value.violations] == [(name, code)]


class TestParseDescription:
    def test_has_up_to_200_code_points_in_nfc_without_white_space_around(self) -> None:
        assert parse_description("") == ""
        assert parse_description("  Cafe\u0301 \n") == "Caf\u00e9"
        assert parse_description("e\u0301" * 100) == "\u00e9" * 100
        assert parse_description("a" * 200) == "a" * 200
        assert declare_role("clerk", description=" Takes orders ").description == "Takes orders"

    def test_errors_name_the_field(self) -> None:
        for text, code in (
            ("a" * 201, "too_long"),
            ("e\u0301" * 2000, "too_long"),
            ("a\x00b", "control_character"),
        ):
            with pytest.raises(InvalidInput) as caught:
                parse_description(text)
            assert [(each.field, each.code) for each in caught.value.violations] == [("description", code)]


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
