"""The tables as they are once every migration has run."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is an INTEGER

user_info = Table(
    "user_info",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", Text),
    Column("username_key", Text, nullable=False),
    Column("password", Text),
    Column("fullname", Text),
    UniqueConstraint("username_key", name="user_info_username_key_unique"),
    sqlite_autoincrement=True,  # the id of somebody deleted is never given to somebody else
)

REVISION = "0001"
"""The last migration that this code relies on. Revisions are numbered, so text compares like age."""
