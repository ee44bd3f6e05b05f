"""Add roles and their permissions, and to an event the role that it is about."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

READ = ("users.read", "roles.read", "clients.read", "audit.read", "events.read", "revocations.read")
WRITE = ("users.write", "roles.write", "clients.write", "keys.write", "tokens.introspect")
BUILT_IN = {
    "admin": ("All permissions of the authentication service", (*READ, *WRITE)),
    "auditor": ("Reads everything in the authentication service and changes nothing", READ),
}


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.add_column("event", sa.Column("detail", sa.Text))
    roles = op.create_table(
        "role",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("built_in", sa.Boolean, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
    permissions = op.create_table(
        "role_permission",
        sa.Column("role", sa.Text, sa.ForeignKey("role.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("permission", sa.Text, primary_key=True),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("role", sa.Text, sa.ForeignKey("role.name"), primary_key=True),
        sa.Column("granted_by", ID),
        sa.Column("granted_at", INSTANT, nullable=False),
    )
    op.create_index("user_role_role", "user_role", ["role"])
    for name, (description, names) in BUILT_IN.items():
        row = {"name": name, "description": description, "built_in": True, "changed_at": LONG_AGO}
        op.bulk_insert(roles, [row])
        op.bulk_insert(permissions, [{"role": name, "permission": f"fastauth:{each}"} for each in names])
    tasks = sa.table("fastauth_task", sa.column("name"), sa.column("begun_at", INSTANT))
    op.bulk_insert(tasks, [{"name": "roles", "begun_at": LONG_AGO}])
