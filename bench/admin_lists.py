"""Latency of the lists for administrators with many users over that with 1 000, on both databases.

The use cases are called in this process, without HTTP around them, and with both sizes in turn, so that
whatever else the machine does concerns both alike. Each list is asked for its first page and for the page
behind it.
"""

import random
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple, Protocol

import psycopg
from bench.results import Goal, Result, percentile
from bench.runs import progress
from bench.servers import FASTAUTH, SQLITE, new_database
from sqlalchemy import make_url
from tests.harness.postgres import PostgresServer

from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.role import ADMIN
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

FEW_USERS = 1_000
WARM_UP = 20
ACTING = Principal(kind=PrincipalKind.CLIENT, permissions=ADMIN.permissions)

USERS = """
INSERT INTO user_info (username, username_key, password, fullname, disabled_at)
SELECT 'user-' || number, 'user-' || number, 'none', 'Santosh Kumar',
  CASE WHEN number % 100 = 0 THEN CAST('2026-11-26 12:00:00' AS {timestamp}) END FROM {numbers}
"""
ADDRESSES = """
INSERT INTO email_address (user_id, address, address_key, added_at, verified_at)
SELECT id, username || '@example.com', username_key || '@example.com',
  CAST('2026-11-26 12:00:00' AS {timestamp}), CAST('2026-11-26 12:00:00' AS {timestamp}) FROM user_info
"""
ROLES = """
INSERT INTO user_role (user_id, role, granted_at)
SELECT id, 'auditor', CAST('2026-11-26 12:00:00' AS {timestamp}) FROM user_info WHERE id % 2 = 0
"""
EVENTS = """
INSERT INTO event (at, kind, user_id, actor)
SELECT {instant}, CASE WHEN id % 10000 = 3 THEN 'user_renamed' ELSE 'logged_out' END, id, 'client'
FROM user_info
"""
INSTANT = {
    "sqlite": "'2026-11-26 12:00:00.' || printf('%06d', id % 1000000)",
    "postgresql": "TIMESTAMPTZ '2026-11-26 12:00:00Z' + id % 1000000 * INTERVAL '1 microsecond'",
}
"""Events are a microsecond apart: so many at one instant would have no order but that of their ids."""

NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(number) AS"
    " (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < {count}) SELECT number FROM n)",
    "postgresql": "generate_series(1, {count}) AS number",
}


class Page(Protocol):
    """A page of a list."""

    @property
    def next(self) -> str | None:
        """The cursor of the page behind it."""


Ask = Callable[[Container, str | None], Awaitable[Page]]


def _users(**criteria: object) -> Ask:
    wanted = UserCriteria(**criteria)  # type: ignore[arg-type]  # its fields
    return lambda container, after: container.search_users()(acting=ACTING, criteria=wanted, after=after)


def _events(event_type: EventType | None = None, user_id: UserId | None = None) -> Ask:
    return lambda container, after: container.read_events_by_admin()(
        acting=ACTING, event_type=event_type, user_id=user_id, after=after
    )


LISTS: dict[str, Ask] = {
    "users": _users(),
    "enabled users": _users(disabled=False),
    "disabled users": _users(disabled=True),
    "users with a role": _users(role="auditor"),
    "disabled users with a role": _users(role="auditor", disabled=True),
    "users by name": _users(username="user-7"),
    "users by address": _users(email="user-7"),
    "disabled users by name": _users(username="user-", disabled=True),
    "events": _events(),
    "events of a rare type": _events(EventType.USER_RENAMED),
    "events of one user": _events(user_id=UserId(500)),
}


class Target(NamedTuple):
    """A database with so many users, and the latencies of its lists in milliseconds."""

    container: Container
    taken: dict[str, list[float]]

    async def ask(self, label: str) -> None:
        """Ask for a list, and for the page behind it; add the latency of each."""
        page = await self._time(label, None)
        if page.next:
            await self._time(label, page.next)

    async def _time(self, label: str, after: str | None) -> Page:
        begun = perf_counter()
        page = await LISTS[label](self.container, after)
        self.taken[label].append(1_000 * (perf_counter() - begun))
        return page


async def measure(postgres: PostgresServer, *, users: int, rounds: int, number: int) -> list[Result]:
    """Return the p99 of each list with `users` users over its p99 with 1 000."""
    results: list[Result] = []
    for name in (FASTAUTH, SQLITE):
        async with AsyncExitStack() as stack:
            directory = Path(stack.enter_context(TemporaryDirectory(prefix="fastauth-bench-")))
            targets = []
            for count in (FEW_USERS, users):
                url = new_database(postgres) if name == FASTAUTH else f"sqlite:///{directory}/{count}.db"
                container = await stack.enter_async_context(_container(url))
                _fill(url, count)
                targets.append(Target(container, defaultdict(list)))
            for label in LISTS:
                for target in targets * WARM_UP:
                    await target.ask(label)
            for target in targets:
                target.taken.clear()
            for _ in progress(f"lists, {name}", rounds):
                for _ in range(number):
                    for label in LISTS:
                        for target in random.sample(targets, len(targets)):
                            await target.ask(label)
        results += _results(name, targets, users)
    return results


def _results(name: str, targets: list[Target], users: int) -> list[Result]:
    few, many = (target.taken for target in targets)
    beside = f"with {users:,} users".replace(",", " ")
    results = []
    for label in LISTS:
        high, low = percentile(many[label], 0.99), percentile(few[label], 0.99)
        n = f"{len(many[label])} and {len(few[label])}"
        results += [
            Result(f"p99 of {label} {beside}, over 1 000", {name: [high / low]}, n, Goal(2), goal_of=name),
            Result(f"ms, p99 of {label} {beside}", {name: [high]}, n),
        ]
    return results


@asynccontextmanager
async def _container(url: str) -> AsyncIterator[Container]:
    container = Container(settings=Settings(database_url=make_url(url)))
    await start_up(container)
    yield container
    await shut_down(container)


def _fill(url: str, count: int) -> None:
    kind = "sqlite" if url.startswith("sqlite") else "postgresql"
    users = USERS.replace("{numbers}", NUMBERS[kind].replace("{count}", str(count)))
    _execute(url, [users, ADDRESSES, ROLES, EVENTS.replace("{instant}", INSTANT[kind])])


def _execute(url: str, statements: list[str]) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            for statement in statements:
                connection.execute(statement.replace("{timestamp}", "TEXT"))
        connection.close()
        return
    with psycopg.connect(url, autocommit=True) as server:
        for statement in statements:
            server.execute(statement.replace("{timestamp}", "timestamptz").encode())
        server.execute("VACUUM ANALYZE")
