"""What happens before the first request and after the last."""

import logging

from fastauth.adapters.passwords import active_build
from fastauth.adapters.sql import START_DEADLINE, SchemaOutdated, migrate
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.production import (
    SCHEMA_OUTDATED,
    InsecureSettings,
    ModeNotSet,
    exposed_without_mode,
    production_errors,
)
from fastauth.entrypoints.production.server import server_warnings
from fastauth.entrypoints.settings import Mode

_log = logging.getLogger("fastauth.background")
_hashing_log = logging.getLogger("fastauth.hashing")


async def migrate_database(container: Container) -> None:
    """Bring the database to the newest schema.

    Raises:
        UnsupportedSchema: It holds what cannot be migrated; nothing was changed.
        StorageUnavailable: It is away.
    """
    profile = container.usernames()
    await migrate(
        container.database(), username_key_of=lambda name: Username.parse_existing(name, profile).canonical
    )


async def start_up(container: Container) -> None:
    """See to it that the schema is there, and a key to sign with.

    Production wants ``fastauth migrate`` to have run: several versions of the service may be up at
    once there, and when the schema moves is for the operator to say.

    Raises:
        ModeNotSet: Others could reach it, and nobody chose the mode.
        InsecureSettings: The settings are not for production, or nobody has migrated.
        UnsupportedSchema: See `migrate_database`.
        KeyUnwrapFailed: The signing keys are sealed under another secret key.
        StorageUnavailable: The database is away.
    """
    if exposed := exposed_without_mode(container.settings()):
        raise ModeNotSet(exposed)
    reasons = production_errors(container.settings())
    try:
        await container.database().check(deadline=START_DEADLINE)
    except SchemaOutdated:
        if container.settings().mode is Mode.PRODUCTION:
            reasons.append(SCHEMA_OUTDATED)
        else:
            await migrate_database(container)
    except StorageUnavailable:
        if not reasons:
            raise
    if reasons:
        raise InsecureSettings(reasons)
    await container.rotate_keys()()
    await container.publish_keys()()  # so that they are at hand, should the database go away


async def start_up_with_warnings(container: Container) -> list[str]:
    """Start up, and return what production warns of in the server of the database. See `start_up`."""
    await start_up(container)
    if container.settings().mode is not Mode.PRODUCTION:
        return []
    try:
        server = await container.database().server()
    except StorageUnavailable:  # also where the catalogs are closed to the role; the doctor tells
        return []
    return server_warnings(container.settings(), server) if server else []


def warm_up(container: Container) -> None:
    """Make the hash of nobody now, and not while the first request waits.

    Only where requests are served: glibc gives back the memory of the first hash of a thread, and keeps
    that of the second.
    """
    container.hasher()
    _hashing_log.info("passwords are hashed by the %s build of Argon2", active_build())


async def shut_down(container: Container) -> None:
    """Let go of the database and of the hashing threads."""
    container.hashing_pool().close()
    await container.database().close()
