"""Create ``user_info``, or adopt the one that the tutorial made."""

from collections import defaultdict
from collections.abc import Callable

import sqlalchemy as sa
from alembic import context, op

from fastauth.adapters.sql.migrate import MigrationRefused

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY_CONSTRAINT = "user_info_username_key_unique"
ADOPTED_TEXTS = ("username", "password", "fullname")


def upgrade() -> None:
    """Leave a table in which ``username_key`` decides who is who."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        refuse_other_encodings(connection)
    if sa.inspect(connection).has_table("user_info"):
        adopt(connection, context.config.attributes["adopted_key"])
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


def adopt(connection: sa.Connection, adopted_key: Callable[[str], str]) -> None:
    """Keep every row and every hash of a table that fastauth did not make.

    Such a table has ``id``, ``username``, ``password`` and ``fullname``; their types may be too
    short for an Argon2 hash, and two people of one full name may be forbidden.
    """
    refuse_other_columns(connection)
    keys = keys_of(connection, adopted_key)
    if connection.dialect.name == "postgresql":
        widen_on_postgres(connection)
    else:
        widen_on_sqlite(connection)
    if keys:
        connection.execute(
            sa.text("UPDATE user_info SET username_key = :key WHERE id = :id"),
            [{"id": identity, "key": key} for identity, key in keys.items()],
        )
    with op.batch_alter_table("user_info") as table:
        table.alter_column("username_key", existing_type=sa.Text, nullable=False)
        table.create_unique_constraint(KEY_CONSTRAINT, ["username_key"])


def keys_of(connection: sa.Connection, adopted_key: Callable[[str], str]) -> dict[int, str]:
    """Return the key of each row.

    Raises:
        MigrationRefused: Two names share one key.
    """
    keys: dict[int, str] = {}
    holders: dict[str, list[str]] = defaultdict(list)
    for identity, username in connection.execute(sa.text("SELECT id, username FROM user_info ORDER BY id")):
        # A leading space occurs in no key of a name, so nobody can claim a row without one.
        keys[identity] = f" {identity}" if username is None else adopted_key(username)
        holders[keys[identity]].append(f"{username!r} (id {identity})")
    clashes = [" and ".join(names) for names in holders.values() if len(names) > 1]
    if clashes:
        raise MigrationRefused(
            "These names would be one name. Rename or delete all but one of each, then migrate again:\n  "
            + "\n  ".join(clashes)
        )
    return keys


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
    connection.execute(
        sa.text(
            "INSERT INTO user_info (id, username, password, fullname)"
            " SELECT id, username, password, fullname FROM user_info_adopted"
        )
    )
    op.drop_table("user_info_adopted")


def refuse_other_columns(connection: sa.Connection) -> None:
    """Stop at a table that is not the tutorial's: what fastauth does not know it could not keep up."""
    found = {column["name"] for column in sa.inspect(connection).get_columns("user_info")}
    if found != {"id", *ADOPTED_TEXTS}:
        raise MigrationRefused(
            "There is a table user_info that fastauth cannot adopt: it has the columns "
            f"{', '.join(sorted(found))} instead of id, username, password and fullname."
        )


def refuse_other_encodings(connection: sa.Connection) -> None:
    """Stop where names could not be stored as they are."""
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise MigrationRefused(f"The database's encoding is {encoding}. fastauth needs UTF8.")
