"""Startup and shutdown of the service: schema, signing keys, warm-up, closing."""

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

_log = logging.getLogger("fastauth.hashing")


async def migrate_database(container: Container) -> None:
    """Migrate the database to the newest schema.

    Raises:
        UnsupportedSchema: The database has tables or rows that cannot be migrated. Nothing was changed.
        StorageUnavailable: The database is unavailable.
    """
    profile = container.usernames()
    await migrate(
        container.database(), username_key_of=lambda name: Username.parse_existing(name, profile).canonical
    )


async def start_up(container: Container) -> None:
    """Check the settings and the schema, and make sure that there is an active signing key.

    Development mode migrates the database. Production mode requires ``fastauth migrate`` to have run:
    several versions of the service may run at once, and the operator decides when the schema changes.

    Raises:
        ModeNotSet: Other machines could connect, and the mode is not set explicitly.
        InsecureSettings: The settings are insecure for production, or the schema is outdated.
        UnsupportedSchema: See `migrate_database`.
        KeyUnwrapFailed: The signing keys are encrypted with another secret key.
        StorageUnavailable: The database is unavailable.
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
    await container.publish_keys()()  # fills the cache, so that tokens verify without the database


async def start_up_with_warnings(container: Container) -> list[str]:
    """Call `start_up`, and return production's warnings about the database server."""
    await start_up(container)
    if container.settings().mode is not Mode.PRODUCTION:
        return []
    try:
        server = await container.database().server()
    except StorageUnavailable:  # also raised if the role cannot read the catalogs; the doctor reports it
        return []
    return server_warnings(container.settings(), server) if server else []


def warm_up(container: Container) -> None:
    """Compute the dummy hash now, not during the first request.

    Only the server calls this: glibc frees the memory of the first hash of a thread and keeps that of the
    second.
    """
    container.hasher()
    _log.info("password hashing uses the %s build of Argon2", active_build())


async def shut_down(container: Container) -> None:
    """Close the database connections and the hashing threads."""
    container.hashing_pool().close()
    await container.database().close()
