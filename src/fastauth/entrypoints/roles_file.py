"""The file of roles that ``fastauth roles apply`` reads."""

import tomllib
from pathlib import Path

from fastauth.domain.errors import InvalidInput
from fastauth.domain.roles.role import Role, declare_role


class RolesFileError(Exception):
    """The file cannot be read, or a role in it is not allowed."""


def read_roles(path: Path) -> list[Role]:
    """Return the roles of a TOML file: a table for each role with ``permissions`` and ``description``.

    Raises:
        RolesFileError: See the class.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RolesFileError(error.strerror or "cannot be read") from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise RolesFileError(str(error)) from None
    return [_role(name, table) for name, table in tables.items()]


def _role(name: str, table: object) -> Role:
    match table:
        case {"permissions": [*permissions], **others} if (
            all(isinstance(each, str) for each in permissions)
            and others.keys() <= {"description"}
            and isinstance(description := others.get("description", ""), str)
        ):
            try:
                return declare_role(name, description=description, permissions=permissions)
            except InvalidInput as error:
                raise RolesFileError(error.detail) from None
    rule = "a role has a list of texts `permissions` and may have a text `description`, and nothing else"
    raise RolesFileError(f"{name}: {rule}")
