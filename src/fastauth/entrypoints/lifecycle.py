"""What happens before the first request and after the last."""

from fastauth.adapters.sql import SchemaBehind, migrate
from fastauth.domain.username import Username
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Mode


async def migrate_database(container: Container) -> None:
    """Bring the database to the newest schema.

    Raises:
        MigrationRefused: It holds what cannot be migrated; nothing was changed.
        StorageUnavailable: It is away.
    """
    profile = container.usernames()
    await migrate(container.database(), adopted_key=lambda name: Username.recognise(name, profile).key)


async def start_up(container: Container) -> None:
    """See to it that the schema is there.

    Production on Postgres wants ``fastauth migrate`` to have run: several versions of the service
    may be up at once there, and when the schema moves is for the operator to say.

    Raises:
        SchemaBehind: Nobody has migrated, and it is not ours to do.
        MigrationRefused: See `migrate_database`.
        StorageUnavailable: The database is away.
    """
    database = container.database()
    try:
        await database.check()
    except SchemaBehind:
        if container.settings().mode is Mode.PRODUCTION and not database.is_sqlite:
            raise
        await migrate_database(container)


async def shut_down(container: Container) -> None:
    """Let go of the database and of the hashing threads."""
    container.hashing_pool().close()
    await container.database().close()
