"""What is stored of an account that closes, and what is left of one that was erased."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application
from tests.builders import an_erasure
from tests.session_helpers import caller_of

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.delegation.errors import LastAdministrator
from fastauth.domain.one_time_tokens.token import OneTimeTokenDigest, Purpose
from fastauth.domain.personal_data.erasure import Erasure
from fastauth.domain.revocations.revocation import RevocationKind
from fastauth.domain.sessions.session import AuthenticatedUser

ANN, BOB = UserId(1), UserId(2)
WEEK = timedelta(days=7)
Close = Callable[..., Awaitable[object]]


async def a_caller(app: Application, username: str = "ann") -> AuthenticatedUser:
    """Register an account; return its user and a session."""
    await app.a_user(username)
    return await caller_of(app, await app.a_log_in(username))


def at_once(use_case: Close) -> Close:
    """Return the use case of an installation that erases accounts without a delay."""
    closing = use_case.closing  # type: ignore[attr-defined]  # each of them has one
    terms = replace(closing.terms, delay=timedelta(0))
    return replace(use_case, closing=replace(closing, terms=terms))  # type: ignore[type-var]  # a dataclass


def revoked(app: Application, user_id: UserId) -> list[datetime]:
    """Return the times at which the tokens of a user were revoked."""
    return [
        each.at
        for each in app.storage.revocations
        if (each.kind, each.value) == (RevocationKind.USER, str(user_id))
    ]


class TestClosing:
    async def test_stores_the_request_and_ends_what_gives_access(self) -> None:
        app = Application()
        caller, bob = await a_caller(app), await a_caller(app, "bob")
        app.clock.advance(timedelta(minutes=1))
        now = app.clock.now()
        for purpose, owner in (
            (Purpose.RESET_PASSWORD, ANN),
            (Purpose.UNDO_EMAIL, ANN),
            (Purpose.RESET_PASSWORD, BOB),
        ):
            await app.container.one_time_tokens().issue(
                digest=OneTimeTokenDigest(b"%s of %d" % (purpose.encode(), owner)),
                purpose=purpose,
                user_id=owner,
                now=now,
                expires_at=now + WEEK,
            )
        assert await app.container.close_account()(caller=caller, confirm="ann") == now + WEEK
        assert app.storage.erasures == {
            ANN: Erasure(
                user_id=ANN,
                requested_at=now,
                erase_at=now + WEEK,
                erased_at=None,
                disabled_before=None,
                name_digest=app.container.name_digests().digest(caller.user.username),
                name_rests_until=now + WEEK + timedelta(days=90),
            )
        }
        assert app.storage.events[-1] == Event(
            type=EventType.ERASURE_REQUESTED, occurred_at=now, user_id=ANN, session_id=caller.session.id
        )
        assert app.storage.users[ANN].disabled_at == now
        active = {each.id for each in app.storage.sessions.values() if each.is_active(now)}
        assert active == {bob.session.id}
        assert (revoked(app, ANN), revoked(app, BOB)) == ([now, now], [])
        assert [(each.purpose, each.user_id) for each in app.storage.one_time_tokens.values()] == [
            (Purpose.UNDO_EMAIL, ANN),
            (Purpose.RESET_PASSWORD, BOB),
        ]

    async def test_by_an_operator_has_no_session(self) -> None:
        app = Application()
        await app.a_user("ann")
        closed = await app.container.close_user()(username="ann")
        now = app.clock.now()
        assert (closed.erase_at, closed.is_erased) == (now + WEEK, False)
        assert app.storage.events[-1] == Event(type=EventType.ERASURE_REQUESTED, occurred_at=now, user_id=ANN)
        assert revoked(app, ANN) == [now, now]

    async def test_without_a_delay_erases(self) -> None:
        """By the owner, an administrator and an operator."""
        app = Application()
        caller = await a_caller(app)
        await app.a_user("bob")
        await app.a_user("cleo")
        root = await principal_of(app, await a_user_with(app, "root1", "admin"))
        container, now = app.container, app.clock.now()
        assert await at_once(container.close_account())(caller=caller, confirm="ann") == now
        assert await at_once(container.close_user_by_admin())(acting=root, user_id=BOB) == now
        closed = await container.close_user()(username="cleo", at_once=True)
        assert (closed.erase_at, closed.is_erased) == (now, True)
        erased = {each: stored.erased_at for each, stored in app.storage.erasures.items()}
        assert erased == {ANN: now, BOB: now, UserId(3): now}

    async def test_erasure_that_is_due_is_not_repeated_by_its_owner(self) -> None:
        app = Application()
        caller = await a_caller(app)
        pending = an_erasure(ANN, at=app.clock.now() + timedelta(days=1))
        await app.container.erasures().request(pending)
        assert await app.container.close_account()(caller=caller, confirm="ann") == pending.erase_at
        assert app.storage.erasures == {ANN: pending}

    async def test_at_once_by_an_operator_keeps_since_when_it_was_disabled(self) -> None:
        app = Application()
        await app.a_user("ann")
        await app.disable_user(username="ann")
        disabled_at = app.storage.users[ANN].disabled_at
        app.clock.advance(timedelta(minutes=1))
        await app.container.close_user()(username="ann")
        use_case: Any = app.container.close_user()
        kept: list[datetime | None] = []

        async def look(user_id: UserId) -> bool:
            kept.append(app.storage.erasures[user_id].disabled_before)
            return False

        closed = await replace(use_case, erase_account=look)(username="ann", at_once=True)
        assert (closed.is_erased, kept) == (False, [disabled_at])

    async def test_administrator_closes_no_last_administrator(self) -> None:
        app = Application()
        root = await a_user_with(app, "root1", "admin")
        other = await a_user_with(app, "root2", "admin")
        acting = await principal_of(app, root)
        await app.disable_user(username="root1")
        app.storage.users[root.id] = root
        app.storage.roles["helper"] = replace(app.storage.roles["admin"], name="helper", built_in=False)
        await app.grant_role(username="root1", role="helper")
        await app.container.revoke_role()(username="root1", role="admin")
        with pytest.raises(LastAdministrator):
            await app.container.close_user_by_admin()(acting=acting, user_id=other.id)
        assert app.storage.erasures == {}
