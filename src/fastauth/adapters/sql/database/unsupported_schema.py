"""Why the database cannot be migrated, and what the operator can do about it."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from fastauth.adapters.sql.database.errors import (
    INSUFFICIENT_PRIVILEGE,
    NO_SCHEMA,
    READ_ONLY,
    READ_ONLY_REASON,
    is_missing_table,
    sqlstate,
)
from fastauth.domain.errors import StorageUnavailable

# SQLSTATEs
DEPENDENT_OBJECTS = ("0A000", "2BP01")
"""A view uses the column that changes, or a foreign key needs the constraint."""

NAME_TAKEN = ("42P07", "42710", "42P06", "42723")
"""A relation, type, schema or function of this name exists already."""

_TAKEN = "Another application uses a name that fastauth needs"
_OWN_FILE = "Set FASTAUTH_DATABASE_URL to a separate file."
_OWN_SCHEMA = (
    'Use a separate schema: run CREATE SCHEMA auth AUTHORIZATION "{role}"; and add'
    " ?options=-csearch_path%3Dauth to FASTAUTH_DATABASE_URL."
)
_GRANT = (
    " The owner of the database or a superuser runs:"
    ' GRANT USAGE, CREATE ON SCHEMA "{schema}" TO "{role}"; and for each existing table:'
    ' ALTER TABLE ... OWNER TO "{role}".'
)
_NO_SCHEMA = (
    "No schema in search_path exists and is usable by the role. The owner of the database runs:"
    ' CREATE SCHEMA ... AUTHORIZATION "{role}", or GRANT USAGE, CREATE ON SCHEMA ... TO "{role}".'
)


class UnsupportedSchema(Exception):
    """The database cannot be migrated as it is. Nothing was changed."""


def known_problem(error: DBAPIError, *, role: str, schema: str | None) -> Exception | None:
    """Return an error whose message says what the operator must do; ``None`` for an unknown one.

    It quotes the first line of the database's message, which has names of objects and no values.
    """
    code = sqlstate(error)
    message = str(error.orig).partition("\n")[0]
    if code == READ_ONLY:
        return StorageUnavailable(reason=READ_ONLY_REASON)
    if is_missing_table(error) and isinstance(error.orig, sqlite3.Error) and "already" in message:
        return UnsupportedSchema(f"{_TAKEN}: {message}. {_OWN_FILE}")
    text = {
        **dict.fromkeys(DEPENDENT_OBJECTS, f"Something else depends on the table user_info: {message}"),
        **dict.fromkeys(NAME_TAKEN, f"{_TAKEN}: {message}. {_OWN_SCHEMA.format(role=role)}"),
        INSUFFICIENT_PRIVILEGE: f"The role may not change the schema: {message}."
        + _GRANT.format(role=role, schema=schema or "public"),
        NO_SCHEMA: _NO_SCHEMA.format(role=role),
    }.get(code or "")
    return UnsupportedSchema(text) if text else None
