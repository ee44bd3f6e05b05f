"""Exports, receipts, lists and delays of erasures, and what a kept account leaves, over fakes."""

from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY, Application, RateLimitedApplication, fakes_over, settings_of
from tests.builders import an_erasure
from tests.container_pool import a_container
from tests.port_calls import with_calls
from tests.session_helpers import caller_of

from fastauth.application.personal_data.list_erasures import PAGE_SIZE
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.one_time_tokens.token import OneTimeTokenDigest, Purpose
from fastauth.domain.personal_data.erasure import Receipt
from fastauth.domain.personal_data.export import Export
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import AuthenticatedUser

ANN = UserId(1)


async def a_caller(app: Application, username: str = "ann") -> AuthenticatedUser:
    """Register an account; return its user and a session."""
    await app.a_user(username)
    return await caller_of(app, await app.a_log_in(username))


class TestExportAccount:
    async def test_has_the_data_of_now_and_records_the_session(self) -> None:
        app = Application()
        caller = await a_caller(app)
        app.clock.advance(timedelta(minutes=1))
        now, session = app.clock.now(), caller.session
        assert await app.container.export_account()(caller=caller) == Export(
            exported_at=now,
            user_id=ANN,
            tables={
                "user_info": [{"id": ANN, "username": "ann"}],
                "session": [{"id": session.id, "created_at": session.created_at}],
            },
        )
        assert app.storage.events[-1] == Event(
            type=EventType.DATA_EXPORTED, occurred_at=now, user_id=ANN, session_id=session.id
        )

    async def test_limit_is_of_one_account(self) -> None:
        app = RateLimitedApplication()
        ann, bob = await a_caller(app), await a_caller(app, "bob")
        before = set(app.storage.counters)
        for caller in (ann, bob):
            await app.container.export_account()(caller=caller)
        keys = app.container.counter_keys()
        assert set(app.storage.counters) - before == {
            keys.candidates("exports", str(each.user.id))[0] for each in (ann, bob)
        }

    async def test_limit_holds_after_a_new_secret_key(self) -> None:
        app = RateLimitedApplication()
        caller = await a_caller(app)
        await app.container.export_account()(caller=caller)
        container = a_container(
            settings=settings_of(True, SecondFactorPolicy.OPTIONAL, ""),  # noqa: FBT003  as it is
            secret_keys=(SecretKey(b"a newer key of the tests, 32 bytes"), A_SECRET_KEY),
            **fakes_over(app.storage, app.hasher),
        )
        with pytest.raises(TooManyRequests):
            await container.export_account()(caller=caller)


class TestExportUser:
    async def test_operator_exports_without_a_limit(self) -> None:
        app = RateLimitedApplication()
        await app.a_user("ann")
        for _ in range(2):
            app.clock.advance(timedelta(minutes=1))
            assert await app.container.export_user()(username="ann") == Export(
                exported_at=app.clock.now(),
                user_id=ANN,
                tables={"user_info": [{"id": ANN, "username": "ann"}]},
            )
            assert app.storage.events[-1] == Event(
                type=EventType.DATA_EXPORTED, occurred_at=app.clock.now(), user_id=ANN
            )
        assert app.event_types().count(EventType.DATA_EXPORTED) == 2

    async def test_unknown_account(self) -> None:
        app = Application()
        with pytest.raises(UserNotFound):
            await app.container.export_user()(username="nobody")
        assert app.storage.events == []


class TestConfirmErasure:
    async def test_names_the_client_or_the_key_or_the_user(self) -> None:
        """The first receipt of each counts."""
        app = Application()
        await app.a_user("ann")
        await app.container.close_user()(username="ann", at_once=True)
        now, may = app.clock.now(), frozenset({"fastauth:events.read"})
        other = UserId(7)
        for _ in range(2):
            for acting in (
                Principal(kind=PrincipalKind.CLIENT, permissions=may, client_id="fa_c_1"),
                Principal(kind=PrincipalKind.API_KEY, permissions=may, user_id=other, key_id="k1"),
                Principal(kind=PrincipalKind.USER, permissions=may, user_id=other),
            ):
                await app.container.confirm_erasure()(acting=acting, user_id=ANN)
            app.clock.advance(timedelta(minutes=1))
        ((listed,),) = [page async for page in app.container.list_erasures()()]
        assert listed.receipts == tuple(
            Receipt(user_id=ANN, consumer=consumer, at=now) for consumer in ("fa_c_1", "api_key:k1", "user:7")
        )


class TestEraseDueAccounts:
    async def test_counts_all_of_a_round(self) -> None:
        app = Application()
        for name in ("ann", "bob", "cleo"):
            await app.a_user(name)
            await app.container.close_user()(username=name)
        app.clock.advance(timedelta(days=7))
        assert await app.container.erase_due_accounts()() == 3
        assert app.storage.users == {}

    async def test_lists_an_erasure_as_long_as_the_audit_trail(self) -> None:
        """Also when the name is free again."""
        app = Application()
        await app.a_user("ann")
        await app.container.close_user()(username="ann", at_once=True)
        app.clock.advance(timedelta(days=364))
        await app.container.erase_due_accounts()()
        assert list(app.storage.erasures) == [ANN]


class TestKeepAccount:
    async def test_of_an_operator_is_recorded_and_voids_the_link_alone(self) -> None:
        """A change of the address before the account closed can still be undone."""
        app = Application()
        await app.a_user("ann")
        await app.container.close_user()(username="ann")
        now = app.clock.now()
        for purpose, owner in (
            (Purpose.UNDO_ERASURE, ANN),
            (Purpose.UNDO_EMAIL, ANN),
            (Purpose.UNDO_ERASURE, UserId(7)),
        ):
            await app.container.one_time_tokens().issue(
                digest=OneTimeTokenDigest(b"%s of %d" % (purpose.encode(), owner)),
                purpose=purpose,
                user_id=owner,
                now=now,
                expires_at=now + timedelta(days=7),
            )
        app.clock.advance(timedelta(days=1))
        assert (await app.container.keep_user()(username="ann")).id == ANN
        assert app.storage.events[-1] == Event(
            type=EventType.ERASURE_CANCELLED, occurred_at=app.clock.now(), user_id=ANN
        )
        assert [(each.purpose, each.user_id) for each in app.storage.one_time_tokens.values()] == [
            (Purpose.UNDO_EMAIL, ANN),
            (Purpose.UNDO_ERASURE, UserId(7)),
        ]


class TestListErasures:
    async def test_pages_in_order_of_ids(self) -> None:
        app = Application()
        for number in range(PAGE_SIZE + 1, 0, -1):
            await app.container.erasures().request(an_erasure(UserId(number), at=app.clock.now()))
        pages = [page async for page in app.container.list_erasures()()]
        assert [len(page) for page in pages] == [PAGE_SIZE, 1]
        ids = [each.erasure.user_id for page in pages for each in page]
        assert ids == list(range(1, PAGE_SIZE + 2))


class TestMeasureOverdueErasures:
    async def test_reads_one_erasure(self) -> None:
        """Thousands may be due after an outage."""
        app = Application()
        measure, calls = with_calls(app.container.measure_overdue_erasures(), "erasures")
        await measure()
        assert calls.made == [("due", (), {"now": app.clock.now(), "after": None, "limit": 1})]

    async def test_is_the_delay_of_the_oldest_that_is_due(self) -> None:
        app = Application()
        measure, now = app.container.measure_overdue_erasures(), app.clock.now()
        assert await measure() == timedelta(0)
        for number, minutes in ((1, 5), (2, 3), (3, 60)):
            at = now + timedelta(minutes=minutes)
            await app.container.erasures().request(an_erasure(UserId(number), at=at))
        assert await measure() == timedelta(0)
        app.clock.advance(timedelta(minutes=10))
        assert await measure() == timedelta(minutes=7)
