"""What happens before the first request and after the last."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from secrets import SystemRandom
from time import monotonic

from fastauth.adapters.passwords import hash_build
from fastauth.adapters.sql import START_DEADLINE, SchemaBehind, migrate
from fastauth.domain.errors import StorageUnavailable, Unavailable
from fastauth.domain.username import Username
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.production import (
    SCHEMA_IS_BEHIND,
    ModeNotSaid,
    ProductionRefused,
    exposure,
    refusals,
)
from fastauth.entrypoints.production.server import server_warnings
from fastauth.entrypoints.settings import Mode

_log = logging.getLogger("fastauth.housekeeping")
_hashing_log = logging.getLogger("fastauth.hashing")

HOUSEKEEPING_SECONDS = 60

LEARNING_SECONDS = 300
"""Between two looks at the kinds of hashes that are stored. They change by an import."""

LONGEST_LEARNING = 5.0
"""Seconds that the first look may take before requests are served; ten million accounts take some."""


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

    Production wants ``fastauth migrate`` to have run: several versions of the service may be up at
    once there, and when the schema moves is for the operator to say.

    Raises:
        ModeNotSaid: Others could reach it, and nobody chose the mode.
        ProductionRefused: The settings are not for production, or nobody has migrated.
        MigrationRefused: See `migrate_database`.
        SecretKeyUnknown: The signing keys are sealed under another secret key.
        StorageUnavailable: The database is away.
    """
    if exposed := exposure(container.settings()):
        raise ModeNotSaid(exposed)
    reasons = refusals(container.settings())
    try:
        await container.database().check(deadline=START_DEADLINE)
    except SchemaBehind:
        if container.settings().mode is Mode.PRODUCTION:
            reasons.append(SCHEMA_IS_BEHIND)
        else:
            await migrate_database(container)
    except StorageUnavailable:
        if not reasons:
            raise
    if reasons:
        raise ProductionRefused(reasons)
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
    _hashing_log.info("passwords are hashed by the %s build of Argon2", hash_build())


@asynccontextmanager
async def housekeeping(container: Container) -> AsyncIterator[None]:
    """Meanwhile, once a minute, rotate keys that are due, sweep what is over, let watchers look round.

    Every process does so, and of all processes one at a time sweeps. Nothing depends on it being done
    in time but the rotation, whose next key is published long before it signs.
    """
    tasks = [asyncio.create_task(_keep_house(container))]
    if container.settings().equal_refusals:
        known = asyncio.Event()
        tasks.append(asyncio.create_task(_learn_hash_kinds(container, known)))
        with suppress(TimeoutError):
            await asyncio.wait_for(known.wait(), LONGEST_LEARNING)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _learn_hash_kinds(container: Container, known: asyncio.Event) -> None:
    """Learn which kinds of hashes are stored, now and then, and for a hundredth of the time at most."""
    while True:
        began = monotonic()
        try:
            await container.learn_hash_kinds()()
        except Unavailable as error:  # what was known before still counts
            _log.warning("kinds of hashes: %s", error.detail)
        except Exception:  # noqa: BLE001  a bug here must not end the rounds
            _log.exception("kinds of hashes could not be learnt")
        known.set()
        await asyncio.sleep(max(LEARNING_SECONDS, 100 * (monotonic() - began)))


async def _keep_house(container: Container) -> None:
    while True:
        # Not all at once, where many processes were started at once.
        await asyncio.sleep(HOUSEKEEPING_SECONDS * SystemRandom().uniform(0.75, 1.25))
        acts: list[Callable[[], Awaitable[object]]] = [
            container.rotate_keys(),
            container.publish_keys(),
            _told("sessions", container.sweep_sessions()),
            _told("tallies", container.sweep_tallies()),
            _told("events", container.sweep_events()),
        ]
        acts += [partial(watcher.each_minute, container.census()) for watcher in container.watchers()]
        for act in acts:
            try:
                await act()
            except Unavailable as error:  # the next round is soon
                _log.warning("housekeeping: %s", error.detail)
            except Exception:  # noqa: BLE001  a bug here must not end the rounds
                _log.exception("housekeeping failed")


def _told(what: str, sweep: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    """Return `sweep`, of which a line tells how many rows it removed, or that it could not."""

    async def swept() -> None:
        try:
            removed = await sweep()
        except Unavailable:
            _log.warning("housekeeping: the %s that are over could not be removed", what)
            raise
        if removed:
            _log.info("housekeeping: %d rows of %s were removed", removed, what)

    return swept


async def shut_down(container: Container) -> None:
    """Let go of the database and of the hashing threads."""
    container.hashing_pool().close()
    await container.database().close()
