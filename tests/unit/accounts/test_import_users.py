"""Accounts from elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.world import World

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.application.accounts.import_users import BATCH_SIZE
from fastauth.domain.errors import StorageUnavailable, Violation
from fastauth.domain.passwords.errors import InvalidCredentials

IMPORTED, EXISTS, REJECTED = Outcome.IMPORTED, Outcome.EXISTS, Outcome.REJECTED


@pytest.fixture
def world() -> World:
    return World()


def a_candidate(  # noqa: PLR0913  each is what one test is about
    place: int,
    username: str = "",
    *,
    fullname: str = "Ann Lee",
    encoded: str = "old$1$2",
    disabled_since: datetime | None = None,
    old_id: str | None = None,
) -> ImportRecord:
    return ImportRecord(
        position=place,
        username=username or f"ann{place}",
        fullname=fullname,
        password_hash=encoded,
        disabled_since=disabled_since,
        old_id=old_id,
    )


async def judged(
    world: World, entries: Iterable[ImportRecord | ImportResult], *, dry_run: bool = False
) -> list[ImportResult]:
    return [
        verdict async for verdicts in world.import_users(entries, dry_run=dry_run) for verdict in verdicts
    ]


def codes(verdict: ImportResult) -> list[tuple[str, str]]:
    return [(violation.field, violation.code) for violation in verdict.violations]


class TestImportUsers:
    async def test_stores_an_account_that_can_log_in(self, world: World) -> None:
        await world.a_user("bob", password="sntsh")
        (known,) = world.storage.users.values()
        world.storage.users.clear()
        candidate = a_candidate(7, "Ann", encoded=known.password_hash.encoded)
        (verdict,) = await judged(world, [candidate])
        assert await world.a_log_in("ann", password="sntsh")
        (ann,) = world.storage.users.values()
        assert verdict == ImportResult(7, IMPORTED, (), None, ann.id)
        assert (ann.username.display, ann.fullname.text) == ("Ann", "Ann Lee")

    async def test_brings_who_is_disabled_in_disabled(self, world: World) -> None:
        now = world.clock.now()
        since = {"ann": now - timedelta(days=9), "bob": None, "zoe": now + timedelta(days=9)}
        candidates = [a_candidate(n, name, disabled_since=since[name]) for n, name in enumerate(since)]
        await judged(world, candidates)
        ann, bob, zoe = world.storage.users.values()
        assert (ann.disabled_at, bob.disabled_at, zoe.disabled_at) == (since["ann"], None, now)
        with pytest.raises(InvalidCredentials):
            await world.a_log_in("ann")

    async def test_refuses_what_breaks_rules_and_names_all_of_them(self, world: World) -> None:
        broken = a_candidate(2, "san tosh", fullname="a\nb", encoded="sntsh")
        good, refused, last = await judged(world, [a_candidate(1), broken, a_candidate(3)])
        assert (good.outcome, refused.outcome, last.outcome) == (IMPORTED, REJECTED, IMPORTED)
        assert refused.position == 2
        assert codes(refused) == [
            ("username", "not_allowed"),
            ("fullname", "control_character"),
            ("password", "unknown_hash"),
        ]
        assert "sntsh" not in repr(broken) + repr(refused)

    async def test_takes_the_first_of_two_with_one_name(self, world: World) -> None:
        entries = [a_candidate(1, "ann"), *(a_candidate(place) for place in range(2, BATCH_SIZE + 2))]
        verdicts = await judged(world, [*entries, a_candidate(9_999, "ANN", encoded="old$another$one")])
        assert (verdicts[-1].position, codes(verdicts[-1])) == (9_999, [("username", "duplicate")])
        assert verdicts[-1].violations[0].detail.endswith("record 1.")
        assert len(world.storage.users) == BATCH_SIZE + 1

    async def test_takes_one_with_the_name_of_another_that_was_refused(self, world: World) -> None:
        refused, taken = await judged(world, [a_candidate(1, "ann", encoded=""), a_candidate(2, "ann")])
        assert (refused.outcome, taken.outcome) == (REJECTED, IMPORTED)

    async def test_changes_nobody_who_is_there(self, world: World) -> None:
        (ann,) = await judged(world, [a_candidate(1, "ann", old_id="5")])
        assert (ann.old_id, ann.new_id) == ("5", *world.storage.users)
        before = dict(world.storage.users)
        again = a_candidate(1, "Ann", fullname="Somebody Else", disabled_since=world.clock.now(), old_id="5")
        assert await judged(world, [again]) == [ImportResult(1, EXISTS, (), "5", ann.new_id)]
        (other,) = await judged(world, [a_candidate(2, "ann", encoded="old$another$one")])
        assert (other.position, codes(other)) == (2, [("username", "username_taken")])
        assert world.storage.users == before

    async def test_keeps_the_verdict_of_who_read_the_entry(self, world: World) -> None:
        unreadable = ImportResult(2, REJECTED, (Violation("line", "not_utf_8", "Must be UTF-8."),))
        verdicts = await judged(world, [a_candidate(1), unreadable, a_candidate(3)])
        assert [verdict.position for verdict in verdicts] == [1, 2, 3]
        assert verdicts[1] is unreadable

    async def test_judges_in_a_dry_run_as_it_would_and_stores_nothing(self, world: World) -> None:
        await judged(world, [a_candidate(1, "ann"), a_candidate(2, "bob")])
        entries = [
            a_candidate(1, "ann"),
            a_candidate(2, "bob", encoded="old$another$one"),
            a_candidate(3, "zoe"),
            a_candidate(4, "Zoe"),
            a_candidate(5, ""),
            a_candidate(6, encoded="none"),
        ]
        before = dict(world.storage.users)
        would = await judged(world, entries, dry_run=True)
        assert world.storage.users == before
        stored = [replace(verdict, new_id=None) for verdict in await judged(world, entries)]
        assert [replace(verdict, new_id=None) for verdict in would] == stored
        outcomes = [verdict.outcome for verdict in would]
        assert outcomes == [EXISTS, REJECTED, IMPORTED, REJECTED, IMPORTED, REJECTED]

    async def test_reads_no_more_than_a_batch_ahead_of_what_is_stored(self, world: World) -> None:
        read = 0

        def entries() -> Iterator[ImportRecord]:
            nonlocal read
            for read in range(1, 3 * BATCH_SIZE + 1):
                yield a_candidate(read)

        async for verdicts in world.import_users(entries()):
            assert verdicts[-1].position == read == len(world.storage.users)

    async def test_goes_on_where_it_was_interrupted(self, world: World) -> None:
        def interrupted() -> Iterator[ImportRecord]:
            for place in range(1, BATCH_SIZE + 500):
                yield a_candidate(place)
            raise StorageUnavailable

        with pytest.raises(StorageUnavailable):
            await judged(world, interrupted())
        assert len(world.storage.users) == BATCH_SIZE
        again = await judged(world, (a_candidate(place) for place in range(1, 2 * BATCH_SIZE + 1)))
        assert [verdict.outcome for verdict in again] == [EXISTS] * BATCH_SIZE + [IMPORTED] * BATCH_SIZE
        assert len(world.storage.users) == 2 * BATCH_SIZE
