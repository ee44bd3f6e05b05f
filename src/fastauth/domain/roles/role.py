"""Roles, permissions, and what of them an access token carries."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.roles.errors import TooManyPermissions
from fastauth.domain.roles.permissions import (
    INTROSPECT_TOKENS,
    READ_AUDIT,
    READ_CLIENTS,
    READ_EVENTS,
    READ_PERSONAL,
    READ_REVOCATIONS,
    READ_ROLES,
    READ_USERS,
    READ_WEBHOOKS,
    WRITE_CLIENTS,
    WRITE_KEYS,
    WRITE_ROLES,
    WRITE_USERS,
    WRITE_WEBHOOKS,
)
from fastauth.domain.text import check_length, normalize_nfc

MAX_ROLES_OF_USER = 32
MAX_PERMISSIONS_OF_ROLE = 64

MAX_DESCRIPTION_LENGTH = 200
"""Code points: two lines of text."""

MAX_GRANTS_BYTES = 1_200
"""Of roles and permissions as JSON. With it a token stays below 4 096 characters, the limit of verifiers."""

OWN_PREFIX = "fastauth:"
"""Permissions of the service itself. Roles of the installation cannot contain them."""

ROLE_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)
"""The form of a name of a role."""

_PERMISSION = re.compile(r"[a-z][a-z0-9_.-]{0,39}:[a-z][a-z0-9_.-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named set of permissions."""

    name: str
    description: str = ""
    permissions: frozenset[str] = frozenset()
    built_in: bool = False
    """Whether the service defines the role. Such a role cannot be changed or removed."""


@dataclass(frozen=True, slots=True)
class Grants:
    """The roles of a user and the permissions that they contain, both sorted."""

    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()

    @classmethod
    def of(cls, roles: Iterable[Role]) -> "Grants":
        """Return what a user with these roles has."""
        held = tuple(roles)
        permissions = {permission for role in held for permission in role.permissions}
        return cls(tuple(sorted(role.name for role in held)), tuple(sorted(permissions)))

    def check_size(self) -> None:
        """Return if an access token has room for these grants.

        Raises:
            TooManyPermissions: There are more than `MAX_ROLES_OF_USER` roles, or the JSON is longer than
                `MAX_GRANTS_BYTES`.
        """
        size = len(json.dumps([self.roles, self.permissions], separators=(",", ":")))
        if len(self.roles) > MAX_ROLES_OF_USER or size > MAX_GRANTS_BYTES:
            raise TooManyPermissions


NO_GRANTS = Grants()


_READ = frozenset(
    (READ_USERS, READ_ROLES, READ_CLIENTS, READ_WEBHOOKS, READ_AUDIT, READ_EVENTS, READ_REVOCATIONS)
)
_WRITE = frozenset(
    (WRITE_USERS, WRITE_ROLES, WRITE_CLIENTS, WRITE_WEBHOOKS, WRITE_KEYS, INTROSPECT_TOKENS, READ_PERSONAL)
)

NOT_FOR_MACHINES = frozenset((WRITE_ROLES, WRITE_CLIENTS, WRITE_KEYS))
"""Permissions that a client or an API key gets by a command of an operator only: a program that has one can
give itself more. So an administrator cannot leave one behind in a program."""

ADMIN = Role(
    name="admin",
    description="All permissions of the authentication service",
    permissions=_READ | _WRITE,
    built_in=True,
)
AUDITOR = Role(
    name="auditor",
    description="Reads everything in the authentication service and changes nothing",
    permissions=_READ,
    built_in=True,
)
BUILT_IN = {role.name: role for role in (ADMIN, AUDITOR)}


def parse_description(text: str, *, field: str = "description") -> str:
    """Return the description of a role, without white space around it.

    Raises:
        InvalidInput: It has more than `MAX_DESCRIPTION_LENGTH` code points, or a control character.
    """
    maximum = MAX_DESCRIPTION_LENGTH
    text = normalize_nfc(text.strip(), field=field, maximum=maximum)
    if not check_length(text, field=field, minimum=0, maximum=maximum).isprintable():
        raise InvalidInput(Violation(field, "control_character", "Must not contain control characters."))
    return text


def check_permissions(permissions: Iterable[str], *, field: str) -> frozenset[str]:
    """Return permissions, of which those of the service itself exist.

    Raises:
        InvalidInput: One does not have the right form, or is unknown, or there are more than
            `MAX_PERMISSIONS_OF_ROLE`.
    """
    checked = frozenset(permissions)
    if len(checked) > MAX_PERMISSIONS_OF_ROLE:
        detail = f"Must have at most {MAX_PERMISSIONS_OF_ROLE} permissions."
        raise InvalidInput(Violation(field, "too_long", detail))
    for permission in sorted(checked):
        if not _PERMISSION.fullmatch(permission):
            detail = "Each must be a permission, such as orders:read."
            raise InvalidInput(Violation(field, "not_allowed", detail))
        if permission.startswith(OWN_PREFIX) and permission not in ADMIN.permissions:
            detail = f"The service itself has no permission {permission!r}."
            raise InvalidInput(Violation(field, "not_allowed", detail))
    return checked


def check_role_name(name: str, *, field: str) -> None:
    """Return if a role of the installation may have this name.

    Raises:
        InvalidInput: It does not have the right form, or is that of a built-in role.
    """
    if not ROLE_NAME.fullmatch(name):
        raise InvalidInput(Violation(field, "not_allowed", "Use 1 to 40 of a-z, 0-9, _, . and -."))
    if name in BUILT_IN:
        raise InvalidInput(Violation(field, "reserved", "This role is built in."))


def check_role_permissions(permissions: Iterable[str], *, field: str) -> frozenset[str]:
    """Return the permissions of a role of the installation.

    Raises:
        InvalidInput: One does not have the right form, or is one of the service itself, or there are more
            than `MAX_PERMISSIONS_OF_ROLE`.
    """
    checked = frozenset(permissions)
    if len(checked) > MAX_PERMISSIONS_OF_ROLE:
        detail = f"Must have at most {MAX_PERMISSIONS_OF_ROLE} permissions."
        raise InvalidInput(Violation(field, "too_long", detail))
    for permission in sorted(checked):
        if not _PERMISSION.fullmatch(permission):
            detail = f"{permission!r} is not a permission, such as orders:read."
            raise InvalidInput(Violation(field, "not_allowed", detail))
        if permission.startswith(OWN_PREFIX):
            detail = f"{permission!r} belongs to the service itself."
            raise InvalidInput(Violation(field, "reserved", detail))
    return checked


def declare_role(name: str, *, description: str = "", permissions: Iterable[str] = ()) -> Role:
    """Return a role of the installation. Its name is the field of every violation.

    Raises:
        InvalidInput: The name, the description or a permission is not allowed.
    """
    description = parse_description(description, field=name)
    check_role_name(name, field=name)
    checked = check_role_permissions(permissions, field=name)
    return Role(name=name, description=description, permissions=checked)
