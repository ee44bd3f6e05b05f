"""Parts of SQLAlchemy that its documentation does not describe, all in one place.

They are ``util.greenlet_spawn`` and ``util.await_only``, the bridge between asyncio and synchronous code, and
``Dialect.do_ping`` and ``Dialect.loaded_dbapi``. pyproject.toml therefore bounds SQLAlchemy to one minor
version.
"""

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.util import await_only, greenlet_spawn

__all__ = ["await_only", "greenlet_spawn", "ping"]


def ping(engine: Engine, connection: DBAPIConnection) -> None:
    """Send a ping over a connection of the driver.

    Raises:
        DisconnectionError: The server did not answer, so the pool must replace the connection.
    """
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error
