"""Fault injection: each call of a port, or each database statement, fails once (F19).

One scenario covers an account from its registration to the theft of a refresh token. It is repeated, and
in the n-th run the n-th call fails: either before the call, or after it, so that only its result is lost.
A step that fails is repeated once, as a client would. The loop ends with the run in which no call was
left to fail.

The small edition lets the n-th call of each step fail in one run: a fifth of the runs. The repetition of a
step may change which calls the next step makes, so that two of 84 calls are other ones.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import httpx2
import psycopg
from faults.faulty_port import FaultyPort, Injector
from faults.outcome import Outcome, backend_of
from faults.scenario import Scenario
from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from tests.fakes.clock import FakeClock
from tests.harness.threadless_sqlite import use_no_threads

from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

OTHER_PORTS: dict[str, type[Exception]] = {
    "hasher": HashingOverloaded,
    "usernames": RuntimeError,
    "access_tokens": RuntimeError,
    "clock": RuntimeError,
}
"""The ports that requests use and that execute no statements, and the error that each raises."""

PORTS: dict[str, type[Exception]] = {
    "users": StorageUnavailable,
    "sessions": StorageUnavailable,
    "signing_keys": StorageUnavailable,
    "counters": StorageUnavailable,
    "events": StorageUnavailable,
    "unit_of_work": StorageUnavailable,
    **OTHER_PORTS,
}
"""The ports that requests use, and the error that each raises."""


def _inject_into_ports(ports: dict[str, type[Exception]], plain: Container, injector: Injector) -> Container:
    faulty = {
        name: FaultyPort(getattr(plain, name)(), injector, error=error) for name, error in ports.items()
    }
    return Container(settings=plain.settings(), database=plain.database(), **faulty)


def _inject_into_statements(plain: Container, injector: Injector) -> Container:
    engine = plain.database().engine.sync_engine
    error = sqlite3.OperationalError if plain.database().is_sqlite else psycopg.OperationalError
    commit = engine.dialect.do_commit

    def perhaps_fail(statement: str, call: Callable[[], object]) -> None:
        for after in (False, True):
            if injector.fails(statement, StorageUnavailable.code, after=after):
                raise error
            if not after:
                call()

    def execute(cursor: DBAPICursor, statement: str, parameters: Any, _context: object) -> bool:  # noqa: ANN401  the driver's type
        perhaps_fail(statement, lambda: cursor.execute(statement, parameters))
        return True  # SQLAlchemy does not execute it again

    event.listen(engine, "do_execute", execute)
    # SQLAlchemy has no event after a commit in which to fail.
    engine.dialect.do_commit = lambda dbapi_connection: perhaps_fail(  # type: ignore[method-assign]  # no event to use instead
        "COMMIT", lambda: commit(dbapi_connection)
    )
    return plain


Injection = Callable[[Container, Injector], Container]

TARGETS: dict[str, Injection] = {
    "ports": partial(_inject_into_ports, PORTS),
    "statements": _inject_into_statements,
}
OTHER_TARGETS: dict[str, Injection] = {"ports without statements": partial(_inject_into_ports, OTHER_PORTS)}
"""With the statements, everything that can fail. The other ports fail because their statements do."""


@dataclass
class _Target:
    """An application whose calls fail."""

    what: str
    container: Container
    client: httpx2.AsyncClient
    clock: FakeClock
    injector: Injector

    async def each_fails(self, *, after: bool) -> Outcome:
        """Repeat the scenario until no call was left to fail."""
        how = "fails after the call" if after else "fails before the call"
        backend = backend_of(str(self.container.settings().database_url))
        outcome = Outcome(f"each call of the {self.what} {how}, {backend}")
        self.injector.after = after
        for nth in count(1):
            self.injector.arm(nth)
            scenario = Scenario(self.client, self.clock, self.injector)
            await scenario.run()
            failed = self.injector.failed_calls
            self.injector.arm(0)
            if not failed:
                break
            wrong = scenario.unexpected_responses + await scenario.unexpected_state(
                self.container, in_doubt=scenario.repeated_log_ins if after else 0
            )
            outcome.injected += len(failed)
            outcome.survived += 0 if wrong else len(failed)
            outcome.unexpected_responses += [f"{', '.join(failed)}: {each}" for each in wrong]
        return outcome


async def each_fails(
    what: str, database_url: str, *, when: Sequence[bool] = (False, True), in_each_step: bool = False
) -> list[Outcome]:
    """Let each call of `what` fail: before the call, and then after it, unless `when` has one of them alone.

    One call fails in a run, or one in each step of it.
    """
    injector = Injector(in_each_step=in_each_step)
    settings = Settings(
        database_url=make_url(database_url), argon2_memory_kib=64, argon2_time_cost=1, rate_limits=True
    )
    clock = FakeClock()
    plain = Container(settings=settings, clock=clock)
    use_no_threads(plain.database())
    await start_up(plain)
    try:
        transport = httpx2.ASGITransport(create_app((TARGETS | OTHER_TARGETS)[what](plain, injector)))
        async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
            target = _Target(what, plain, client, clock, injector)
            return [await target.each_fails(after=after) for after in when]
    finally:
        await shut_down(plain)
