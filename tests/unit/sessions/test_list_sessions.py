"""List the sessions of the caller."""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.application import Application
from tests.fakes import FakeSessionRepository
from tests.session_helpers import caller_of

from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.domain.accounts.user import UserId
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.session import PAGE_SIZE, Session, SessionCursor, SessionId


class TestListSessions:
    async def test_lists_own_active_sessions_newest_first(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(seconds=1)
        second = await app.a_log_in()
        await app.a_user("other")
        await app.a_log_in("other")
        caller = await caller_of(app, second)
        listed, following = await app.list_sessions(caller=caller)
        assert following is None
        assert [session.id for session in listed] == [
            caller.session.id,
            (await caller_of(app, tokens)).session.id,
        ]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4])
    async def test_pages_contain_each_session_once(self, app: Application, limit: int) -> None:
        for _ in range(3):
            app.clock.advance(seconds=1)
            tokens = await app.a_log_in()
        caller = await caller_of(app, tokens)
        everything, none = await app.list_sessions(caller=caller)
        assert none is None
        page, after = await app.list_sessions(caller=caller, limit=limit)
        pages = [page]
        while after:
            page, after = await app.list_sessions(caller=caller, after=after, limit=limit)
            pages.append(page)
        assert [len(page) for page in pages] == [*[limit] * (3 // limit), *[3 % limit] * bool(3 % limit)]
        assert [session for page in pages for session in page] == everything
        assert len(everything) == 3

    async def test_page_has_100_sessions_unless_limited(self, tokens: TokenPair, app: Application) -> None:
        caller = await caller_of(app, tokens)
        for number in range(PAGE_SIZE):
            twin = replace(caller.session, id=SessionId(f"{number:032x}"))
            app.storage.sessions[twin.id] = twin
        page, after = await app.list_sessions(caller=caller)
        assert len(page) == PAGE_SIZE == 100
        assert after == SessionCursor(page[-1].created_at, page[-1].id)

    async def test_reads_one_session_more_than_a_page(self, tokens: TokenPair, app: Application) -> None:
        """The one more shows whether there is another page; an account may have very many sessions."""
        limits = []

        class Limits(FakeSessionRepository):
            async def list_active(
                self, user_id: UserId, *, now: datetime, after: SessionCursor | None = None, limit: int
            ) -> list[Session]:
                limits.append(limit)
                return await super().list_active(user_id, now=now, after=after, limit=limit)

        use_case = ListSessions(sessions=Limits(app.storage), clock=app.clock)
        await use_case(caller=await caller_of(app, tokens), limit=7)
        assert limits == [8]
