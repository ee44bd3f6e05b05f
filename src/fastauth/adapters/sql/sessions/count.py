"""Counts what lives, for whoever watches the service."""

from sqlalchemy import Executable, func, select, text

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.sessions.statements import is_of_user, is_open
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.clock import Clock

SAMPLED_PAGES = 2_000
"""Pages that a count on Postgres reads at most: 16 MiB, with some 40 000 sessions."""

_COUNT = select(func.count()).select_from(session).join(user_info, is_of_user).where(is_open)

_SHARE = (
    "least(1, cast(:sampled_pages AS float)"
    " / greatest(1, pg_relation_size('session') / cast(current_setting('block_size') AS float)))"
)
_ESTIMATE = text(
    f"SELECT round(count(*) / {_SHARE}) FROM session TABLESAMPLE SYSTEM (100 * {_SHARE}) REPEATABLE (0)"  # noqa: S608  of constants
    " WHERE ended_at IS NULL AND refresh_expires_at > :now"
)


class CountActiveSessions:
    """Counts sessions: on SQLite all of them, on Postgres those in a sample of the pages.

    Each page is in the sample with the same probability. For a small table that is 1, and the count is
    exact. For a large one the standard error is about 1/√2000 for the number of pages, and what pages
    differ by. It is the same pages each time, so the figure moves only if the sessions do.

    On Postgres a session that an account ended together with more than are marked at once counts until
    it expires: to read the accounts of the sample would cost a page each.
    """

    def __init__(self, *, connections: Connections, clock: Clock, sampled_pages: int = SAMPLED_PAGES) -> None:
        self._connections = connections
        self._clock = clock
        self._sampled_pages = sampled_pages

    async def __call__(self) -> int:
        """Return how many sessions live.

        Raises:
            StorageUnavailable: Try again later.
        """
        values: dict[str, object] = {"now": self._clock.now()}
        statement: Executable = _COUNT
        if self._connections.dialect.name == "postgresql":
            statement = _ESTIMATE
            values["sampled_pages"] = self._sampled_pages
        return int((await self._connections.execute(statement, values)).scalar_one())
