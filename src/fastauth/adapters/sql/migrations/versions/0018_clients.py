"""Add clients, with the services that there are."""

from secrets import choice
from string import ascii_letters, digits

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    Services become clients, and their keys secrets. The tables of services stay for the version before. What
    that version changes in them from here on is not seen by this one.
    """
    client = op.create_table(
        "oauth_client",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("audiences", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", ID, sa.ForeignKey("user_info.id", ondelete="SET NULL")),
        sa.Column("last_used_at", INSTANT),
        sa.Column("disabled_at", INSTANT),
    )
    secret = op.create_table(
        "client_secret",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey("oauth_client.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
    )
    op.create_index("client_secret_client_id", "client_secret", ["client_id"])
    connection = op.get_bind()
    service = sa.table("service", *map(sa.column, ("name", "permissions", "created_at")))
    key = sa.table("service_key", *map(sa.column, ("service", "digest", "created_at", "expires_at")))
    for name in connection.execute(sa.select(service.c.name)).scalars().all():
        client_id = "fa_c_" + "".join(choice(ascii_letters + digits) for _ in range(20))
        connection.execute(
            sa.insert(client).from_select(
                ["id", "kind", "audiences", "name", "scopes", "created_at"],
                sa.select(
                    *map(sa.literal, (client_id, "service", "")),
                    service.c.name,
                    service.c.permissions,
                    service.c.created_at,
                ).where(service.c.name == name),
            )
        )
        connection.execute(
            sa.insert(secret).from_select(
                ["client_id", "digest", "created_at", "expires_at"],
                sa.select(sa.literal(client_id), key.c.digest, key.c.created_at, key.c.expires_at).where(
                    key.c.service == name
                ),
            )
        )
