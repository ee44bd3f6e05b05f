"""Administrators read the audit trail, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from tests.admin_helpers import a_user_with, pages_of, principal_of
from tests.application import A_DEVICE, Application

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.domain.errors import InvalidInput
from fastauth.domain.list_cursor import NOT_A_PLACE, ListPage
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal

A_MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
async def app() -> Application:
    return Application()


@pytest.fixture
async def acting(app: Application) -> Principal:
    return await principal_of(app, await a_user_with(app, "zz-audit", "auditor"))


async def read(app: Application, acting: Principal, **criteria: Any) -> ListPage[AuditEntry]:  # noqa: ANN401  criteria of several types
    return await app.container.read_events_by_admin()(acting=acting, **criteria)


async def walk(app: Application, acting: Principal, **criteria: Any) -> list[tuple[AuditEntry, ...]]:  # noqa: ANN401  as `read`
    """Return the pages, each with two events."""
    return await pages_of(lambda after: read(app, acting, limit=2, after=after, **criteria))


def numbers_of(pages: list[tuple[AuditEntry, ...]]) -> list[list[int]]:
    return [[entry.id for entry in page] for page in pages]


def types_of(page: ListPage[AuditEntry]) -> list[EventType]:
    return [entry.event.type for entry in page.items]


async def fail_to_log_in(app: Application, username: str) -> None:
    with pytest.raises(InvalidCredentials):
        await app.container.log_in()(username=username, password="wrong", client=A_DEVICE)


class TestReadEvents:
    async def test_pages_go_back_in_time(self, app: Application, acting: Principal) -> None:
        """Several events have the same time, and others are a microsecond apart."""
        for name in ("ann", "bob", "cid"):
            app.clock.advance(A_MICROSECOND)
            await a_user_with(app, name, "auditor")
        newest_first = [entry.id for entry in reversed(app.storage.entries)]
        assert len(newest_first) == 8
        pages = await walk(app, acting)
        assert numbers_of(pages) == [newest_first[at : at + 2] for at in range(0, 8, 2)]
        newest = pages[0][0]
        assert (newest.event, newest.username) == (app.storage.events[-1], "cid")

    async def test_one_page_without_a_limit(self, app: Application, acting: Principal) -> None:
        page = await read(app, acting)
        assert (types_of(page), page.next) == ([EventType.ROLE_GRANTED, EventType.USER_CREATED], None)

    async def test_account_with_its_failed_log_ins(self, app: Application, acting: Principal) -> None:
        """A failed log-in is found by the name that was tried, and not by that of another user."""
        for name in ("ann", "bob"):
            await app.a_user(name)
            await fail_to_log_in(app, name)
        ann = await app.find_user(username="ann")
        page = await read(app, acting, user_id=ann.id)
        assert types_of(page) == [EventType.LOGIN_FAILED, EventType.USER_CREATED]
        pages = await walk(app, acting, user_id=ann.id)
        assert pages == [page.items]

    async def test_type_and_time(self, app: Application, acting: Principal) -> None:
        """An event at the begin of the time is in it, one at its end is not."""
        for name in ("ann", "bob", "cid"):
            app.clock.advance(minutes=1)
            await a_user_with(app, name, "auditor")
        now = app.clock.now()
        page = await read(
            app,
            acting,
            event_type=EventType.USER_CREATED,
            since=now - timedelta(minutes=2),
            until=now,
        )
        assert [(entry.username, entry.event.type) for entry in page.items] == [
            ("bob", EventType.USER_CREATED),
            ("ann", EventType.USER_CREATED),
        ]

    async def test_cursor_is_of_one_list(self, app: Application, acting: Principal) -> None:
        ann = await a_user_with(app, "ann", "auditor")
        now = app.clock.now()
        page = await read(app, acting, limit=1)
        assert page.next
        for criteria in (
            {"user_id": ann.id},
            {"event_type": EventType.USER_CREATED},
            {"since": now},
            {"until": now},
        ):
            with pytest.raises(InvalidInput) as invalid:
                await read(app, acting, after=page.next, **criteria)
            assert invalid.value.violations == (NOT_A_PLACE,), criteria
        assert len((await read(app, acting, after=page.next)).items) == 3

    async def test_permission_then_account_then_cursor(self, app: Application, acting: Principal) -> None:
        unprivileged = await principal_of(app, await a_user_with(app, "ann"))
        with pytest.raises(NotPermitted) as refused:
            await read(app, unprivileged, user_id=UserId(999), after="!")
        assert refused.value.permission == "fastauth:audit.read"
        with pytest.raises(UserNotFound):
            await read(app, acting, user_id=UserId(999), after="!")
