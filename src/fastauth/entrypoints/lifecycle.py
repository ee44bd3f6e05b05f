"""What happens before the first request and after the last."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastauth.adapters.sql import SchemaBehind, migrate
from fastauth.domain.errors import Unavailable
from fastauth.domain.username import Username
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Mode

_log = logging.getLogger("fastauth.housekeeping")

HOUSEKEEPING_SECONDS = 60


async def migrate_database(container: Container) -> None:
    """Bring the database to the newest schema.

    Raises:
        MigrationRefused: It holds what cannot be migrated; nothing was changed.
        StorageUnavailable: It is away.
    """
    profile = container.usernames()
    await migrate(container.database(), adopted_key=lambda name: Username.recognise(name, profile).key)


async def start_up(container: Container) -> None:
    """See to it that the schema is there, and a key to sign with.

    Production on Postgres wants ``fastauth migrate`` to have run: several versions of the service
    may be up at once there, and when the schema moves is for the operator to say.

    Raises:
        SchemaBehind: Nobody has migrated, and it is not ours to do.
        MigrationRefused: See `migrate_database`.
        SecretKeyUnknown: The signing keys are sealed under another secret key.
        StorageUnavailable: The database is away.
    """
    database = container.database()
    try:
        await database.check()
    except SchemaBehind:
        if container.settings().mode is Mode.PRODUCTION and not database.is_sqlite:
            raise
        await migrate_database(container)
    await container.rotate_keys()()
    container.hasher()  # makes the hash of nobody now, and not while the first request waits


@asynccontextmanager
async def housekeeping(container: Container) -> AsyncIterator[None]:
    """Meanwhile, once a minute, rotate keys that are due, sweep what is over, let watchers look round.

    Every process does so. Nothing depends on it being done in time but the rotation, whose next key
    is published long before it signs.
    """
    task = asyncio.create_task(_keep_house(container))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_house(container: Container) -> None:
    while True:
        await asyncio.sleep(HOUSEKEEPING_SECONDS)
        acts: list[Callable[[], Awaitable[object]]] = [container.rotate_keys(), container.sweep()]
        acts += [partial(watcher.each_minute, container.census()) for watcher in container.watchers()]
        for act in acts:
            try:
                await act()
            except Unavailable as error:  # the next round is soon
                _log.warning("housekeeping: %s", error.detail)
            except Exception:  # noqa: BLE001  a bug here must not end the rounds
                _log.exception("housekeeping failed")


async def shut_down(container: Container) -> None:
    """Let go of the database and of the hashing threads."""
    container.hashing_pool().close()
    await container.database().close()
