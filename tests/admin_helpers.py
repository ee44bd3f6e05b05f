"""Principals of tests, with what their users hold now."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.application import Application

from fastauth.domain.accounts.user import User
from fastauth.domain.list_cursor import ListPage
from fastauth.domain.principals.principal import Principal, PrincipalKind

Entry = TypeVar("Entry")
MAX_PAGES = 10


async def a_user_with(app: Application, username: str, *roles: str) -> User:
    """Register a user, and give them roles."""
    await app.a_user(username)
    for role in roles:
        await app.grant_role(username=username, role=role)
    return await app.find_user(username=username)


async def principal_of(
    app: Application,
    user: User,
    *,
    kind: PrincipalKind = PrincipalKind.USER,
    only: frozenset[str] | None = None,
) -> Principal:
    """Return the principal of a user, or of an API key of theirs with `only` some of their permissions."""
    held = frozenset((await app.container.roles().grants_of(user.id)).permissions)
    return Principal(kind=kind, permissions=held if only is None else held & only, user_id=user.id)


async def pages_of(find: Callable[[str | None], Awaitable[ListPage[Entry]]]) -> list[tuple[Entry, ...]]:
    """Return all pages of a list, which `find` returns by their cursors."""
    page = await find(None)
    pages = [page.items]
    while page.next:
        assert len(pages) < MAX_PAGES, "the pages do not end"
        page = await find(page.next)
        pages.append(page.items)
    return pages
