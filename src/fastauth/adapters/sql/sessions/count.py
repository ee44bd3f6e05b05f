"""Counts active sessions, for the metrics."""

from sqlalchemy import Executable, func, select, text

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.sessions.statements import is_of_current_epoch, is_open
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.clock import Clock

SAMPLED_PAGES = 2_000
"""Most pages that a count on PostgreSQL reads: 16 MiB, or about 40 000 sessions."""

_COUNT = select(func.count()).select_from(session).join(user_info, is_of_current_epoch).where(is_open)

_SHARE = (
    "least(1, cast(:sampled_pages AS float)"
    " / greatest(1, pg_relation_size('session') / cast(current_setting('block_size') AS float)))"
)
_ESTIMATE = text(
    f"SELECT round(count(*) / {_SHARE}) FROM session TABLESAMPLE SYSTEM (100 * {_SHARE}) REPEATABLE (0)"  # noqa: S608  of constants
    " WHERE ended_at IS NULL AND refresh_expires_at > :now"
)


class CountActiveSessions:
    """Counts active sessions: on SQLite all, on PostgreSQL those in a sample of the table's pages.

    Every page is in the sample with the same probability. For a small table it is 1, and the count is exact.
    For a large table the relative standard error is about 1/√2000, plus the variance between pages. The
    sample has the same pages each time, so the result changes only with the sessions.

    On PostgreSQL sessions that were revoked by a new epoch and not marked count until they expire, because
    reading the accounts of the sample would cost a page for each session.
    """

    def __init__(self, *, connections: Connections, clock: Clock, sampled_pages: int = SAMPLED_PAGES) -> None:
        self._connections = connections
        self._clock = clock
        self._sampled_pages = sampled_pages

    async def __call__(self) -> int:
        """Return the number of active sessions.

        Raises:
            StorageUnavailable: The database does not answer.
        """
        values: dict[str, object] = {"now": self._clock.now()}
        statement: Executable = _COUNT
        if self._connections.dialect.name == "postgresql":
            statement = _ESTIMATE
            values["sampled_pages"] = self._sampled_pages
        return int((await self._connections.execute(statement, values)).scalar_one())
