"""Settings of the database."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode
from sqlalchemy import URL

from fastauth.entrypoints.settings.database_url import parse_database_url


class DatabaseSettings(BaseSettings):
    """The database and its connection pool."""

    database_url: Annotated[URL, NoDecode, BeforeValidator(parse_database_url)] = Field(
        default=URL.create("sqlite+aiosqlite", database="fastauth.db"), repr=False
    )
    database_pool_size: int = Field(default=10, ge=1, le=1_000)
    database_prepared_statements: bool | None = None
    database_private_network: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database_url.get_backend_name() == "sqlite"

    @property
    def is_file_database(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.is_sqlite and self.database_url.database not in (None, "", ":memory:")
