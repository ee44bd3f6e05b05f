"""Nothing that was acknowledged is lost, whatever breaks: the small edition of ``make faults``."""

from pathlib import Path

import pytest
from faults import (
    fault_injection,
    full_disk,
    graceful_shutdown,
    mail_delivery,
    one_time_tokens,
    outbox,
    slow_database,
    webhooks,
)
from faults.outcome import Outcome, table
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.service import DEADLINE

TARGETS = [*fault_injection.TARGETS] if IS_THOROUGH else ["ports without statements", "statements"]


def assert_survived(outcome: Outcome) -> None:
    assert outcome.injected
    assert outcome.is_good, table([outcome])


class TestService:
    """`test_services.py` kills it."""

    @pytest.mark.parametrize("workers", [1, 2] if IS_THOROUGH else [1])
    def test_answers_all_requests_before_it_ends(self, sqlite_url: str, workers: int) -> None:
        assert_survived(graceful_shutdown.stop(sqlite_url, times=1, workers=workers, in_flight=size(12, 50)))


class TestOutbox:
    def test_delivery_may_be_killed_in_each_phase(self, database_url: str) -> None:
        assert_survived(outbox.kill_relay(database_url, kills=4))

    def test_two_processes_share_no_entry(self, database_url: str) -> None:
        assert_survived(outbox.race(database_url, entries=100, processes=2))


class TestMail:
    def test_sending_may_be_killed_in_each_phase(self, sqlite_url: str) -> None:
        """Which database has the outbox makes no difference here: `TestOutbox` kills on both."""
        assert_survived(mail_delivery.kill_sender(sqlite_url, kills=5))


class TestWebhook:
    def test_sending_may_be_killed_in_each_phase(self, sqlite_url: str) -> None:
        """Which database has the queue makes no difference here: its contract runs on both."""
        assert_survived(webhooks.kill_sender(sqlite_url, kills=4))


class TestOneTimeToken:
    def test_one_of_64_consumers_in_two_processes_gets_it(self, database_url: str) -> None:
        assert_survived(one_time_tokens.race(database_url, rounds=size(3, 200)))


class TestDatabase:
    """`test_outages.py` kills it."""

    def test_may_be_slow(self, postgres_url: str) -> None:
        assert_survived(
            slow_database.slow_down(
                postgres_url, delay=2, clients=40, seconds=size(1, 3), max_seconds=DEADLINE
            )
        )

    def test_may_fall_silent(self, postgres_url: str) -> None:
        assert_survived(
            slow_database.black_hole(
                postgres_url, times=1, clients=40, seconds=size(1, 3), max_seconds=DEADLINE
            )
        )

    def test_may_be_refused_every_write(self, tmp_path: Path) -> None:
        assert_survived(full_disk.refuse_writes(f"sqlite:///{tmp_path}/full.db", times=size(1, 3)))


class TestAnomaly:
    @pytest.mark.parametrize("what", TARGETS)
    async def test_leaves_nothing_half_done(self, what: str) -> None:
        """A call is not done, or it is done and its answer is lost."""
        for found in await fault_injection.each_fails(
            what, "sqlite+aiosqlite://", in_each_step=not IS_THOROUGH
        ):
            assert_survived(found)
