"""Let events say who had them happen, from which address, and which name was tried."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.add_column("event", sa.Column("name_digest", sa.LargeBinary))
    op.add_column("event", sa.Column("actor", sa.Text))
    op.add_column("event", sa.Column("address", sa.Text))
    op.create_index("event_at", "event", ["at"])
    for name, columns in {"name_digest": ["name_digest", "at"], "address": ["at"]}.items():
        present = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"event_{name}_at", "event", columns, postgresql_where=present, sqlite_where=present)
