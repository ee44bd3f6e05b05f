"""Create ``user_info``, or adopt the one that the tutorial made."""

from collections import defaultdict
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from alembic import context, op

from fastauth.adapters.sql.database.unsupported_schema import UnsupportedSchema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY_CONSTRAINT = "user_info_username_key_unique"
NOTED = "fastauth_adopted"
"""A table that SQLite has for as long as the migration's transaction."""

BATCH = 10_000
"""Rows that are in memory at once."""

SHOWN = 1_000
"""Names that are listed where they clash."""

WRITES = {
    "postgresql": "UPDATE user_info SET username_key = noted.key"
    " FROM unnest(cast(:ids AS bigint[]), cast(:keys AS text[])) AS noted (id, key)"
    " WHERE noted.id = user_info.id",
    "sqlite": "INSERT INTO fastauth_adopted (id, key) VALUES (:id, :key)",
}
COPY = (
    "INSERT INTO user_info (id, username, password, fullname, username_key)"
    " SELECT user_info_adopted.id, username, password, fullname, key"
    " FROM user_info_adopted JOIN fastauth_adopted AS noted ON noted.id = user_info_adopted.id"
)
CLASHES = {
    "postgresql": "SELECT username_key, id, username FROM user_info WHERE username_key IN"
    " (SELECT username_key FROM user_info GROUP BY username_key HAVING count(*) > 1)"
    " ORDER BY id LIMIT :at_most",
    "sqlite": "SELECT key, user_info.id, username FROM fastauth_adopted AS noted"
    " JOIN user_info ON user_info.id = noted.id WHERE key IN"
    " (SELECT key FROM fastauth_adopted GROUP BY key HAVING count(*) > 1)"
    " ORDER BY user_info.id LIMIT :at_most",
}

ADOPTED_TEXTS = ("username", "password", "fullname")


def upgrade() -> None:
    """Leave a table in which ``username_key`` identifies the accounts."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        refuse_other_encodings(connection)
    if sa.inspect(connection).has_table("user_info"):
        adopt(connection, context.config.attributes["username_key_of"])
    else:
        create()


def create() -> None:
    """Make the table of a new installation."""
    op.create_table(
        "user_info",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("username_key", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("fullname", sa.Text, nullable=False),
        sa.UniqueConstraint("username_key", name=KEY_CONSTRAINT),
        sqlite_autoincrement=True,
    )


def adopt(connection: sa.Connection, username_key_of: Callable[[str], str]) -> None:
    """Keep every row and every hash of a table that fastauth did not make.

    Such a table has ``id``, ``username``, ``password`` and ``fullname``; their types may be too
    short for an Argon2 hash, and two people of one full name may be forbidden.
    """
    refuse_other_columns(connection)
    if connection.dialect.name == "postgresql":
        widen_on_postgres(connection)
        write_keys(connection, username_key_of)
        try:
            with connection.begin_nested():
                constrain()
        except sa.exc.IntegrityError:  # to look for them first takes as long as the index
            refuse_clashes(connection)
            raise
    else:
        op.create_table(
            NOTED, sa.Column("id", sa.Integer, primary_key=True), sa.Column("key", sa.Text, nullable=False)
        )
        write_keys(connection, username_key_of)
        refuse_clashes(connection)
        widen_on_sqlite(connection)
        op.drop_table(NOTED)
        constrain()


def constrain() -> None:
    """Require that each row has a key, and that no other row has the same one."""
    with op.batch_alter_table("user_info") as table:
        table.alter_column("username_key", existing_type=sa.Text, nullable=False)
        table.create_unique_constraint(KEY_CONSTRAINT, ["username_key"])


def write_keys(connection: sa.Connection, username_key_of: Callable[[str], str]) -> None:
    """Write the key of each row, a batch at a time; SQLite has a table for them.

    The table may have a million rows, and this process a container of 192 MiB.
    """
    write = sa.text(WRITES[connection.dialect.name])
    for batch in batches(connection):
        # A leading space occurs in no key of a name, so no username has the key of a row without a name.
        keys = [f" {identity}" if name is None else username_key_of(name) for identity, name in batch]
        ids = [identity for identity, _ in batch]
        if connection.dialect.name == "postgresql":
            connection.execute(write, {"ids": ids, "keys": keys})
        else:
            rows = [{"id": identity, "key": key} for identity, key in zip(ids, keys, strict=True)]
            connection.execute(write, rows)


def batches(connection: sa.Connection) -> Iterator[list[tuple[int, str | None]]]:
    """Yield ids and names, in the order of the ids."""
    user_info = sa.table("user_info", sa.column("id"), sa.column("username"))
    page = sa.select(user_info.c.id, user_info.c.username).order_by(user_info.c.id).limit(BATCH)
    found = [(row.id, row.username) for row in connection.execute(page)]
    while found:
        yield found
        following = page.where(user_info.c.id > found[-1][0])
        found = [(row.id, row.username) for row in connection.execute(following)]


def refuse_clashes(connection: sa.Connection) -> None:
    """Stop where two names share one key. The caller's transaction undoes what was done.

    Raises:
        UnsupportedSchema: There are such names.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    clashes = sa.text(CLASHES[connection.dialect.name])
    for key, identity, username in connection.execute(clashes, {"at_most": SHOWN}):
        holders[key].append(f"{username!r} (id {identity})")
    if holders:
        raise UnsupportedSchema(
            "These names would be one name. Rename or delete all but one of each, then migrate again:\n  "
            + "\n  ".join(" and ".join(names) for names in holders.values())
        )


def widen_on_postgres(connection: sa.Connection) -> None:
    """Lift limits of length and of uniqueness; let ids continue after the highest."""
    inspector = sa.inspect(connection)
    for constraint in inspector.get_unique_constraints("user_info"):
        op.drop_constraint(str(constraint["name"]), "user_info")
    for index in sa.inspect(connection).get_indexes("user_info"):
        if index["unique"]:
            op.drop_index(str(index["name"]), "user_info")
    for name in ADOPTED_TEXTS:
        op.alter_column("user_info", name, type_=sa.Text)
    op.add_column("user_info", sa.Column("username_key", sa.Text))
    connection.execute(
        sa.text(
            "SELECT setval(sequence, greatest(highest, 1)) FROM (SELECT"
            " pg_get_serial_sequence('user_info', 'id') AS sequence, max(id) AS highest FROM user_info) AS t"
            " WHERE sequence IS NOT NULL AND highest IS NOT NULL"
        )
    )


def widen_on_sqlite(connection: sa.Connection) -> None:
    """Copy the rows into a table without limits: SQLite cannot drop a constraint."""
    op.rename_table("user_info", "user_info_adopted")
    for index in sa.inspect(connection).get_indexes("user_info_adopted"):
        op.drop_index(str(index["name"]), "user_info_adopted")
    op.create_table(
        "user_info",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("username", sa.Text),
        sa.Column("password", sa.Text),
        sa.Column("fullname", sa.Text),
        sa.Column("username_key", sa.Text),
        sqlite_autoincrement=True,
    )
    op.execute(COPY)
    op.drop_table("user_info_adopted")


def refuse_other_columns(connection: sa.Connection) -> None:
    """Stop at a table that is not the tutorial's: fastauth could not maintain other columns."""
    found = {column["name"] for column in sa.inspect(connection).get_columns("user_info")}
    if found != {"id", *ADOPTED_TEXTS}:
        raise UnsupportedSchema(
            "There is a table user_info that fastauth cannot adopt: it has the columns "
            f"{', '.join(sorted(found))} instead of id, username, password and fullname."
        )


def refuse_other_encodings(connection: sa.Connection) -> None:
    """Stop where names could not be stored as they are."""
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise UnsupportedSchema(f"The database's encoding is {encoding}. fastauth needs UTF8.")
