"""Administrators search accounts, page by page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.admin_helpers import a_user_with, principal_of
from tests.application import Application
from tests.factor_helpers import enrol

from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.application.second_factors.get_second_factors import SecondFactors
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.user import UserId
from fastauth.domain.administration.user_search import ListedUser, UserFilter
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.list_cursor import ListPage
from fastauth.domain.personal_data.erasure import Erasure, NameDigest
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal
from fastauth.domain.sessions.session import SessionCursor


@pytest.fixture
async def app() -> Application:
    return Application()


@pytest.fixture
async def acting(app: Application) -> Principal:
    return await principal_of(app, await a_user_with(app, "zz-audit", "auditor"))


async def search(
    app: Application, acting: Principal, *, after: str | None = None, limit: int = 50, **criteria: object
) -> ListPage[ListedUser]:
    wanted = UserCriteria(**criteria)  # type: ignore[arg-type]  # its fields
    return await app.container.search_users()(acting=acting, criteria=wanted, after=after, limit=limit)


def names_of(page: ListPage[ListedUser]) -> list[str]:
    return [each.user.username.display for each in page.items]


class TestSearchUsers:
    async def test_pages_follow_one_another(self, app: Application, acting: Principal) -> None:
        for name in ("ann", "bob", "cid"):
            await app.a_user(name)
        first = await search(app, acting, limit=2)
        second = await search(app, acting, limit=2, after=first.next)
        assert [names_of(first), names_of(second), second.next] == [["zz-audit", "ann"], ["bob", "cid"], None]

    async def test_any_spelling_of_a_beginning(self, app: Application, acting: Principal) -> None:
        """The letters of a beginning may look like Latin ones, and the whole name does not."""
        for name in ("Santosh", "хорошо", "хор"):
            await app.a_user(name)
        for typed, found in {
            "SAN": ["Santosh"],
            "ｓａｎ": ["Santosh"],
            "хо": ["хор", "хорошо"],
            "Хоро": ["хорошо"],
            "tosh": [],
            " ": [],
        }.items():
            assert names_of(await search(app, acting, username=typed)) == found, typed

    async def test_any_spelling_of_an_address(self, app: Application, acting: Principal) -> None:
        await app.a_user("ann")
        await app.a_verified_address("Ann@Bücher.example.com", username="ann")
        for typed, found in {
            "ANN": ["ann"],
            "ann@": ["ann"],
            "ann@xn--b": ["ann"],
            "ann@bücher.example.com": ["ann"],
            "nn@": [],
        }.items():
            assert names_of(await search(app, acting, email=typed)) == found, typed

    async def test_role_and_state(self, app: Application, acting: Principal) -> None:
        """All criteria must match."""
        for name in ("ann", "anne"):
            await a_user_with(app, name, "auditor")
        for name in ("anna", "bob"):
            await app.a_user(name)
        for name in ("anne", "anna", "bob"):
            await app.disable_user(username=name)
        for criteria, found in (
            ({"role": "auditor"}, ["zz-audit", "ann", "anne"]),
            ({"role": "auditor", "username": "an"}, ["ann", "anne"]),
            ({"disabled": True}, ["anne", "anna", "bob"]),
            ({"disabled": False}, ["zz-audit", "ann"]),
            ({"disabled": True, "role": "auditor"}, ["anne"]),
            ({"disabled": True, "username": "an"}, ["anna", "anne"]),
            ({"role": "none"}, []),
        ):
            assert names_of(await search(app, acting, **criteria)) == found, criteria

    async def test_cursor_of_another_list_or_forged(self, app: Application, acting: Principal) -> None:
        for name in ("ann", "anne"):
            await app.a_user(name)
        page = await search(app, acting, limit=1, username="ann")
        assert page.next
        for after, criteria in (
            (page.next, {"username": "an"}),
            (page.next, {"email": "ann"}),
            (page.next, {}),
            (page.next[:-1], {"username": "ann"}),
            ("", {"username": "ann"}),
        ):
            with pytest.raises(InvalidInput) as invalid:
                await search(app, acting, after=after, **criteria)  # type: ignore[arg-type]  # texts
            assert [(each.field, each.code) for each in invalid.value.violations] == [
                ("after", "not_a_place")
            ]
        assert names_of(await search(app, acting, after=page.next, username="ann")) == ["anne"]

    async def test_criteria_that_are_not_allowed(self, app: Application, acting: Principal) -> None:
        control = "Must not contain control characters."
        for criteria, violation in (
            ({"username": ""}, Violation("username", "empty", "Must not be empty.")),
            ({"username": "a\0"}, Violation("username", "control_character", control)),
            (
                {"username": "\ud800"},
                Violation("username", "invalid_unicode", "Must not contain half of a surrogate pair."),
            ),
            ({"username": "a" * 255}, Violation("username", "too_long", "Must have at most 254 characters.")),
            ({"email": "a\n"}, Violation("email", "control_character", control)),
            (
                {"email": "a", "username": "a"},
                Violation("email", "not_allowed", "Search by username or by email, not by both."),
            ),
            ({"role": "\0"}, Violation("role", "control_character", control)),
        ):
            with pytest.raises(InvalidInput) as invalid:
                await search(app, acting, **criteria)  # type: ignore[arg-type]  # texts
            assert list(invalid.value.violations) == [violation]

    async def test_name_that_is_not_allowed_today(self, app: Application) -> None:
        """Its beginning may well be allowed. Such a name is stored by its exact text, behind a space."""
        usernames, addresses = app.container.usernames(), app.container.address_profile()
        wanted = UserCriteria(username="Ann").parse(usernames, addresses)
        assert wanted == UserFilter(username_prefixes=(" Ann", "ann"))


class TestReads:
    async def test_account_without_secrets(self, app: Application, acting: Principal) -> None:
        ann = await a_user_with(app, "ann", "auditor")
        await app.a_verified_address("ann@example.com", username="ann")
        await app.a_log_in("ann")
        found = await app.container.get_user_by_admin()(acting=acting, user_id=ann.id)
        assert found.details.addresses.verified
        assert found.details.addresses.verified.address.text == "ann@example.com"
        assert ([each.role for each in found.roles], found.details.has_password) == (["auditor"], True)
        assert "fastauth:users.read" in found.permissions
        assert (found.factors, found.erase_at) == (
            SecondFactors(totp_since=None, totp_locked=False, recovery_codes=0),
            None,
        )

    async def test_account_with_factors_that_is_closing(self, app: Application, acting: Principal) -> None:
        ann, now = await a_user_with(app, "ann"), app.clock.now()
        _, codes = await enrol(app.container, ann.id)
        closing = Erasure(
            user_id=ann.id,
            requested_at=now,
            erase_at=now + timedelta(days=7),
            name_digest=NameDigest(b"of ann"),
            name_rests_until=now + timedelta(days=97),
        )
        await app.container.erasures().request(closing)
        get_user = app.container.get_user_by_admin()
        found = await get_user(acting=acting, user_id=ann.id)
        assert found.factors == SecondFactors(totp_since=now, totp_locked=False, recovery_codes=len(codes))
        assert found.erase_at == now + timedelta(days=7)
        app.storage.erasures[ann.id] = replace(closing, erased_at=now)
        assert (await get_user(acting=acting, user_id=ann.id)).erase_at is None

    async def test_sessions_page_by_page(self, app: Application, acting: Principal) -> None:
        """The newest first; none of another user."""
        await app.a_user("bob")
        await app.a_log_in("bob")
        ann = await a_user_with(app, "ann")
        for _ in range(4):
            app.clock.advance(minutes=1)
            await app.a_log_in("ann")
        own = [each for each in app.storage.sessions.values() if each.user_id == ann.id]
        newest = sorted(own, key=lambda session: session.created_at, reverse=True)
        list_sessions = app.container.list_sessions_by_admin()
        assert await list_sessions(acting=acting, user_id=ann.id) == (newest, None)
        page, following = await list_sessions(acting=acting, user_id=ann.id, limit=3)
        assert (page, following) == (newest[:3], SessionCursor(newest[2].created_at, newest[2].id))
        rest = await list_sessions(acting=acting, user_id=ann.id, limit=3, after=following)
        assert rest == (newest[3:], None)

    async def test_need_the_permission_before_the_account(self, app: Application, acting: Principal) -> None:
        unprivileged = await principal_of(app, await a_user_with(app, "ann"))
        for name in ("get_user_by_admin", "list_sessions_by_admin"):
            read = getattr(app.container, name)()
            with pytest.raises(NotPermitted):
                await read(acting=unprivileged, user_id=UserId(999))
            with pytest.raises(UserNotFound):
                await read(acting=acting, user_id=UserId(999))
        with pytest.raises(NotPermitted):
            await search(app, unprivileged, username="")
