"""Give names that look like Latin ones the keys of those."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import context, op

from fastauth.adapters.sql.database.unsupported_schema import UnsupportedSchema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 10_000
"""Rows that are read at a time."""


def upgrade() -> None:
    """Change nothing but keys, and none unless all can be: no two names may come to one key.

    A key of ASCII alone stays what it is, and most are. The version before this one goes on working;
    names that look alike and are registered by it keep two keys.
    """
    connection = op.get_bind()
    sizes = {"postgresql": "octet_length(username_key)", "sqlite": "length(CAST(username_key AS BLOB))"}
    not_ascii = f"{sizes[connection.dialect.name]} <> length(username_key)"
    unlike = sa.text(f"SELECT id, username, username_key FROM user_info WHERE {not_ascii} ORDER BY id")  # noqa: S608  nothing of it was sent
    rows = connection.execute(unlike.execution_options(yield_per=BATCH))
    key_of = context.config.attributes["username_key_of"]
    changed = {
        row.id: (row.username, key)
        for row in rows
        if row.username is not None and (key := key_of(row.username)) != row.username_key
    }
    refuse_clashes(connection, changed)
    for identity, (_, key) in changed.items():
        connection.execute(
            sa.text("UPDATE user_info SET username_key = :key WHERE id = :id"), {"id": identity, "key": key}
        )


def refuse_clashes(connection: sa.Connection, changed: dict[int, tuple[str, str]]) -> None:
    """Raise `UnsupportedSchema`, which lists them, if names would share a key."""
    holders: dict[str, list[str]] = defaultdict(list)
    for identity, (username, key) in changed.items():
        holders[key].append(f"{username!a} (id {identity})")
    for key, names in holders.items():
        holder = connection.execute(
            sa.text("SELECT id, username FROM user_info WHERE username_key = :key"), {"key": key}
        ).first()
        if holder and holder.id not in changed:
            names.insert(0, f"{holder.username!a} (id {holder.id})")
    clashes = [" and ".join(names) for names in holders.values() if len(names) > 1]
    if clashes:
        raise UnsupportedSchema(
            "These names look alike, and would be one name. Rename or delete all but one of each, then"
            " migrate again:\n  " + "\n  ".join(clashes)
        )
