"""Renames event types and actors that versions before migration 0007 stored in the table ``event``."""

from sqlalchemy import case, column, delete, exists, func, or_, select, table, update

from fastauth.adapters.sql.database.database import Database
from fastauth.adapters.sql.database.tasks import task_row
from fastauth.adapters.sql.database.timeouts import disable_timeouts

RENAMED_TYPES = {
    "registered": "user_created",
    "logged_in": "login_succeeded",
    "log_in_refused": "login_failed",
    "refreshed": "session_renewed",
    "refresh_refused": "session_renewal_failed",
    "password_change_refused": "password_change_failed",
    "user_reopened": "user_unlocked",
    "key_rotated": "signing_key_rotated",
}
"""Old name to new name, in the column ``kind``.

During a rolling upgrade an older version still writes old names after the migration. Readers therefore
accept both names, for good. A second clean-up would be a step that operators can forget, and accepting both
costs one dictionary look-up a row.
"""

RENAMED_ACTORS = {"service": "system"}
"""The same for the column ``actor``."""

TASK = "rename_events"
"""The row of ``fastauth_task`` that exists from migration 0007 until all stored events are renamed."""

BATCH = 10_000
"""Ids in one transaction, so that no row lock (Postgres) or write lock (SQLite) is held for long."""

_event = table("event", column("id"), column("kind"), column("actor"))
_IS_PENDING = select(exists().where(task_row.c.name == TASK))
_IDS = select(func.min(_event.c.id), func.max(_event.c.id))


async def rename_events(database: Database, *, batch: int = BATCH) -> None:
    """Rename what is stored, unless that has been completed before.

    Each batch is a transaction of its own. After an interruption the next migration starts again.
    """
    async with database.engine.connect() as connection:
        if not await connection.scalar(_IS_PENDING):
            return
        first, last = (await connection.execute(_IDS)).one()
    if first is not None:
        kind, actor = _event.c.kind, _event.c.actor
        for start in range(first, last + 1, batch):
            renaming = (
                update(_event)
                .where(
                    _event.c.id.between(start, start + batch - 1),
                    or_(kind.in_(RENAMED_TYPES), actor.in_(RENAMED_ACTORS)),
                )
                .values(
                    kind=case(RENAMED_TYPES, value=kind, else_=kind),
                    actor=case(RENAMED_ACTORS, value=actor, else_=actor),
                )
            )
            async with database.engine.begin() as connection:
                await disable_timeouts(connection)
                await connection.execute(renaming)
    async with database.engine.begin() as connection:
        await connection.execute(delete(task_row).where(task_row.c.name == TASK))
