"""Events from before the event feed are not published; later ones of the version before are."""

from sqlalchemy import create_engine, text
from tests.harness.databases import connect
from tests.harness.migrations import migrate_at, migrate_to

from fastauth.adapters.sql import SqlEventFeed, SqlEventNumbering

INSERT = text(
    "INSERT INTO event (at, kind, user_id) VALUES ('2026-11-26 12:00:00+00:00', 'user_disabled', :user)"
)


class TestEventFeed:
    async def test_begins_with_the_first_event_after_the_migration(self, empty_database_url: str) -> None:
        engine = create_engine(empty_database_url)
        migrate_to("0015", engine)
        with engine.begin() as connection:
            connection.execute(INSERT, [{"user": user} for user in range(3)])
        await migrate_at(empty_database_url)
        database = connect(empty_database_url)
        numbering = SqlEventNumbering(connections=database.autocommit)
        feed = SqlEventFeed(connections=database.autocommit)
        try:
            assert await numbering.number(limit=500) == 0
            with engine.begin() as connection:
                connection.execute(INSERT, {"user": 7})  # the version before gives no numbers
            assert await numbering.number(limit=500) == 1
            page = await feed.read(after=0, limit=500)
        finally:
            await database.close()
            engine.dispose()
        assert [(event.seq, event.subject) for event in page.events] == [(1, "7")]
