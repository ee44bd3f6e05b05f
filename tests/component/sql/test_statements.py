"""Statements of a log-in stay in the caches of psycopg and SQLAlchemy."""

from dataclasses import dataclass, field
from datetime import datetime

from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import psycopg
from tests.application import A_SECRET_KEY
from tests.builders import a_username
from tests.fakes import FakeClock, FakeCounterRepository

from fastauth.adapters.sql.rate_limits.count_statement import count_statement, rules_of
from fastauth.adapters.sql.rate_limits.refund_statement import add_cte, refund_with
from fastauth.adapters.sql.second_factors.challenges import COUNT_BOTH, ISSUE
from fastauth.adapters.sql.sessions.start_statements import ADD, ADD_ANSWERED
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.hit import Hit, HitResult
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.sessions.proof import PasswordProof

BY_PASSWORD = ADD[PasswordProof]


@dataclass
class Counting(FakeCounterRepository):
    """Records the hits of each call."""

    noted: list[tuple[Hit, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> HitResult:
        self.noted.append(hits)
        return await super().count(hits, now=now)


async def attempts(name: str) -> tuple[list[tuple[Hit, ...]], list[tuple[Refund, ...]]]:
    """Return the hits and refunds of a log-in from an unknown device and of one from a known device."""
    counters = Counting()
    rate_limiter = RateLimiter(
        counters=counters, keys=CounterKeys(A_SECRET_KEY), limits=Limits(), clock=FakeClock()
    )
    permits = [
        await rate_limiter.check_login(a_username(name), address="192.0.2.1", device=device)
        for device in (None, "d")
    ]
    return counters.noted, [permit.refunds_on_success for permit in permits]


DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]  # of SQLAlchemy


def length(statement: ClauseElement) -> int:
    return len(str(statement.compile(dialect=DIALECT)))


async def test_statements_are_short_enough_for_the_cache_of_psycopg() -> None:
    counted, right = await attempts("santosh")
    for hits in counted:
        assert length(count_statement(rules_of(hits))) <= MAX_CACHED_STATEMENT_LENGTH
    for refunds in right:
        refund = refund_with(refunds, "changed")
        assert length(BY_PASSWORD.with_refunds(refund)) <= MAX_CACHED_STATEMENT_LENGTH
        assert length(add_cte(ISSUE, refund)) <= MAX_CACHED_STATEMENT_LENGTH
    assert length(COUNT_BOTH) <= MAX_CACHED_STATEMENT_LENGTH
    for answered in ADD_ANSWERED.values():
        assert length(answered.for_postgres) <= MAX_CACHED_STATEMENT_LENGTH


async def test_statements_are_the_same_objects_for_other_values() -> None:
    (one, first), (other, second) = await attempts("santosh"), await attempts("ann")
    assert [count_statement(rules_of(hits)) for hits in one] == [
        count_statement(rules_of(hits)) for hits in other
    ]
    for of_one, of_other in zip(first, second, strict=True):
        assert BY_PASSWORD.with_refunds(refund_with(of_one, "changed")) is BY_PASSWORD.with_refunds(
            refund_with(of_other, "changed")
        )
