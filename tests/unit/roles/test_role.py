"""Roles, permissions and their limits."""

import json
from contextlib import nullcontext

import pytest

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.roles.errors import TooManyPermissions
from fastauth.domain.roles.role import (
    ADMIN,
    AUDITOR,
    Grants,
    Role,
    check_permissions,
    declare_role,
    parse_description,
)
from fastauth.domain.roles.role_changes import RoleChanges

OWN = "fastauth:users.read"


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
        for name, description, permissions, code, detail in (
            ("Clerk", "", (), "not_allowed", "Use 1 to 40 of a-z, 0-9, _, . and -."),
            ("admin", "", (), "reserved", "This role is built in."),
            ("clerk", "", numbered(65), "too_long", "Must have at most 64 permissions."),
            ("clerk", "", ("read",), "not_allowed", "'read' is not a permission, such as orders:read."),
            ("clerk", "", (OWN,), "reserved", f"{OWN!r} belongs to the service itself."),
            ("clerk", "a\x07b", (), "control_character", "Must not contain control characters."),
            ("clerk", "a" * 201, (), "too_long", "Must have at most 200 characters."),
        ):
            with pytest.raises(InvalidInput) as caught:
                declare_role(name, description=description, permissions=permissions)
            assert list(caught.value.violations) == [Violation(name, code, detail)]

    def test_description_is_empty_unless_given(self) -> None:
        assert declare_role("clerk") == Role(name="clerk", description="", permissions=frozenset())


class TestCheckPermissions:
    def test_accepts_64_and_those_of_the_service(self) -> None:
        given = [*numbered(63), "fastauth:users.read"]
        assert check_permissions([*given, given[0]], field="permissions") == frozenset(given)

    def test_errors_name_the_field_and_the_rule(self) -> None:
        for permissions, code, detail in (
            (numbered(65), "too_long", "Must have at most 64 permissions."),
            (["orders:read", "read"], "not_allowed", "Each must be a permission, such as orders:read."),
            (
                ["fastauth:orders.read"],
                "not_allowed",
                "The service itself has no permission 'fastauth:orders.read'.",
            ),
        ):
            with pytest.raises(InvalidInput) as refused:
                check_permissions(permissions, field="scopes")
            assert list(refused.value.violations) == [Violation("scopes", code, detail)]


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
