"""Accounts from elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.application import Application
from tests.fakes import FakeEmailAddressRepository

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.application.accounts.import_users import ImportUsers
from fastauth.domain.errors import StorageUnavailable, Violation
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.second_factors.totp import TOTP_PURPOSE, step_of

BATCH_SIZE = 10
IMPORTED, EXISTS, REJECTED = Outcome.IMPORTED, Outcome.EXISTS, Outcome.REJECTED


@pytest.fixture
def app() -> Application:
    return Application()


def a_candidate(  # noqa: PLR0913  each is what one test is about
    place: int,
    username: str = "",
    *,
    fullname: str = "Ann Lee",
    encoded: str = "old$1$2",
    disabled_since: datetime | None = None,
    old_id: str | None = None,
    email: str | None = None,
    email_verified: bool = True,
    totp_secret: str | None = None,
) -> ImportRecord:
    return ImportRecord(
        position=place,
        username=username or f"ann{place}",
        fullname=fullname,
        password_hash=encoded,
        disabled_since=disabled_since,
        old_id=old_id,
        email=email,
        email_verified=email_verified,
        totp_secret=totp_secret,
    )


def in_small_batches(app: Application) -> ImportUsers:
    return replace(app.import_users, batch_size=BATCH_SIZE)


async def judged(
    app: Application, entries: Iterable[ImportRecord | ImportResult], *, dry_run: bool = False
) -> list[ImportResult]:
    batches = in_small_batches(app)(entries, dry_run=dry_run)
    return [verdict async for verdicts in batches for verdict in verdicts]


def codes(verdict: ImportResult) -> list[tuple[str, str]]:
    return [(violation.field, violation.code) for violation in verdict.violations]


class TestImportUsers:
    async def test_imported_user_can_log_in(self, app: Application) -> None:
        await app.a_user("bob", password="sntsh")
        (known,) = app.storage.passwords.values()
        app.storage.users.clear()
        candidate = a_candidate(7, "Ann", encoded=known.encoded)
        (verdict,) = await judged(app, [candidate])
        assert await app.a_log_in("ann", password="sntsh")
        (ann,) = app.storage.users.values()
        assert verdict == ImportResult(7, IMPORTED, (), None, ann.id)
        assert (ann.username.display, ann.fullname.text) == ("Ann", "Ann Lee")

    async def test_disabled_user_is_imported_disabled(self, app: Application) -> None:
        now = app.clock.now()
        since = {"ann": now - timedelta(days=9), "bob": None, "zoe": now + timedelta(days=9)}
        candidates = [a_candidate(n, name, disabled_since=since[name]) for n, name in enumerate(since)]
        await judged(app, candidates)
        ann, bob, zoe = app.storage.users.values()
        assert (ann.disabled_at, bob.disabled_at, zoe.disabled_at) == (since["ann"], None, now)
        with pytest.raises(InvalidCredentials):
            await app.a_log_in("ann")

    async def test_rejection_lists_all_violations(self, app: Application) -> None:
        broken = a_candidate(2, "san tosh", fullname="a\nb", encoded="sntsh")
        good, refused, last = await judged(app, [a_candidate(1), broken, a_candidate(3)])
        assert (good.outcome, refused.outcome, last.outcome) == (IMPORTED, REJECTED, IMPORTED)
        assert refused.position == 2
        assert codes(refused) == [
            ("username", "not_allowed"),
            ("fullname", "control_character"),
            ("password", "unknown_hash"),
        ]
        assert "sntsh" not in repr(broken) + repr(refused)

    async def test_first_of_duplicates_wins(self, app: Application) -> None:
        entries = [a_candidate(1, "ann"), *(a_candidate(place) for place in range(2, BATCH_SIZE + 2))]
        verdicts = await judged(app, [*entries, a_candidate(9_999, "ANN", encoded="old$another$one")])
        assert (verdicts[-1].position, codes(verdicts[-1])) == (9_999, [("username", "duplicate")])
        assert verdicts[-1].violations[0].detail.endswith("record 1.")
        assert len(app.storage.users) == BATCH_SIZE + 1

    async def test_rejected_record_does_not_reserve_its_name(self, app: Application) -> None:
        refused, taken = await judged(app, [a_candidate(1, "ann", encoded=""), a_candidate(2, "ann")])
        assert (refused.outcome, taken.outcome) == (REJECTED, IMPORTED)

    async def test_existing_account_is_not_changed(self, app: Application) -> None:
        (ann,) = await judged(app, [a_candidate(1, "ann", old_id="5")])
        assert (ann.old_id, ann.new_id) == ("5", *app.storage.users)
        before = dict(app.storage.users)
        again = a_candidate(1, "Ann", fullname="Somebody Else", disabled_since=app.clock.now(), old_id="5")
        assert await judged(app, [again]) == [ImportResult(1, EXISTS, (), "5", ann.new_id)]
        (other,) = await judged(app, [a_candidate(2, "ann", encoded="old$another$one")])
        assert (other.position, codes(other)) == (2, [("username", "username_taken")])
        assert app.storage.users == before

    async def test_rejection_keeps_the_old_id(self, app: Application) -> None:
        """Invalid, duplicate in the file, or taken in the database by another hash."""
        await app.a_user("bob")
        entries = [
            a_candidate(1, "", fullname="", old_id="5"),
            a_candidate(2, "zoe"),
            a_candidate(3, "Zoe", old_id="6"),
            a_candidate(4, "bob", old_id="7"),
        ]
        results = await judged(app, entries)
        assert [(each.outcome, each.old_id) for each in results if each.position != 2] == [
            (REJECTED, "5"),
            (REJECTED, "6"),
            (REJECTED, "7"),
        ]

    async def test_passes_results_of_the_reader_through(self, app: Application) -> None:
        unreadable = ImportResult(2, REJECTED, (Violation("line", "not_utf_8", "Must be UTF-8."),))
        verdicts = await judged(app, [a_candidate(1), unreadable, a_candidate(3)])
        assert [verdict.position for verdict in verdicts] == [1, 2, 3]
        assert verdicts[1] is unreadable

    async def test_dry_run_reports_the_same_and_stores_nothing(self, app: Application) -> None:
        await judged(app, [a_candidate(1, "ann"), a_candidate(2, "bob")])
        entries = [
            a_candidate(1, "ann"),
            a_candidate(2, "bob", encoded="old$another$one"),
            a_candidate(3, "zoe"),
            a_candidate(4, "Zoe"),
            a_candidate(5, ""),
            a_candidate(6, encoded="none"),
        ]
        before = dict(app.storage.users)
        would = await judged(app, entries, dry_run=True)
        assert app.storage.users == before
        stored = [replace(verdict, new_id=None) for verdict in await judged(app, entries)]
        assert [replace(verdict, new_id=None) for verdict in would] == stored
        outcomes = [verdict.outcome for verdict in would]
        assert outcomes == [EXISTS, REJECTED, IMPORTED, REJECTED, IMPORTED, REJECTED]

    async def test_reads_one_batch_at_a_time(self, app: Application) -> None:
        read = 0

        def entries() -> Iterator[ImportRecord]:
            nonlocal read
            for read in range(1, 3 * BATCH_SIZE + 1):
                yield a_candidate(read)

        async for verdicts in in_small_batches(app)(entries()):
            assert verdicts[-1].position == read == len(app.storage.users)

    async def test_repeated_import_continues_after_interruption(self, app: Application) -> None:
        def interrupted() -> Iterator[ImportRecord]:
            for place in range(1, BATCH_SIZE + 3):
                yield a_candidate(place)
            raise StorageUnavailable

        with pytest.raises(StorageUnavailable):
            await judged(app, interrupted())
        assert len(app.storage.users) == BATCH_SIZE
        again = await judged(app, (a_candidate(place) for place in range(1, 2 * BATCH_SIZE + 1)))
        assert [verdict.outcome for verdict in again] == [EXISTS] * BATCH_SIZE + [IMPORTED] * BATCH_SIZE
        assert len(app.storage.users) == 2 * BATCH_SIZE


class TestAddresses:
    async def addresses(self, app: Application) -> dict[str, tuple[str | None, str | None]]:
        """Return the verified address and the pending one of each account."""
        found = {}
        for user in app.storage.users.values():
            each = await FakeEmailAddressRepository(app.storage).of_user(user.id)
            found[user.username.canonical] = (
                each.verified.address.text if each.verified else None,
                each.pending.address.text if each.pending else None,
            )
        return found

    async def test_verified_and_pending(self, app: Application) -> None:
        entries = [
            a_candidate(1, "ann", email="Ann@Example.com"),
            a_candidate(2, "bob", email="bob@example.com", email_verified=False),
            a_candidate(3, "zoe"),
            a_candidate(4, "dave@example.com", email="dave@example.com"),
        ]
        results = await judged(app, entries)
        assert {(each.outcome, each.violations) for each in results} == {(IMPORTED, ())}
        assert await self.addresses(app) == {
            "ann": ("Ann@Example.com", None),
            "bob": (None, "bob@example.com"),
            "zoe": (None, None),
            "dave@example.com": ("dave@example.com", None),
        }
        assert not app.storage.outbox

    async def test_invalid_address_is_left_out(self, app: Application) -> None:
        invalid, valid = await judged(
            app, [a_candidate(1, "ann", email="ann at home"), a_candidate(2, "bob", email="b@example.com")]
        )
        assert (invalid.outcome, codes(invalid)) == (IMPORTED, [("email", "not_an_address")])
        assert valid.violations == ()
        assert (await self.addresses(app))["ann"] == (None, None)

    @pytest.mark.parametrize("dry_run", [False, True])
    async def test_taken_address_is_left_out(self, app: Application, *, dry_run: bool) -> None:
        """Verified on another account, the username of one, or verified by an earlier record."""
        before = [
            a_candidate(1, "ann", email="a@b\xfccher.example.com"),
            a_candidate(2, "bob@b\xfccher.example.com"),
        ]
        await judged(app, before)
        entries = [
            a_candidate(3, "carol", email="A@xn--bcher-kva.example.com"),
            a_candidate(4, "dave", email="bob@xn--bcher-kva.example.com", email_verified=False),
            a_candidate(5, "erin", email="e@example.com"),
            a_candidate(6, "fay", email="E@example.com"),
            a_candidate(7, "gail", email="hal@example.com"),
            a_candidate(8, "hal@example.com"),
        ]
        results = await judged(app, entries, dry_run=dry_run)
        assert {each.outcome for each in results} == {IMPORTED}
        assert [codes(each) for each in results] == [
            [("email", "email_taken")],
            [("email", "email_taken")],
            [],
            [("email", "duplicate")],
            [("email", "email_taken")],
            [],
        ]
        assert results[3].violations[0].detail == "Same address as record 5."
        assert {each.new_id is None for each in results} == {dry_run}
        if not dry_run:
            stored = await self.addresses(app)
            assert stored["erin"] == ("e@example.com", None)
            assert {stored[name] for name in ("carol", "dave", "fay", "gail")} == {(None, None)}

    async def test_username_that_an_earlier_batch_verified(self, app: Application) -> None:
        await judged(app, [a_candidate(1, "ann", email="zoe@example.com")])
        results = await judged(app, [a_candidate(2, "zoe@example.com", email="zoe@example.com")])
        assert codes(results[0]) == [("username", "username_taken")]

    async def test_repeated_import_adds_missing_addresses(self, app: Application) -> None:
        await judged(app, [a_candidate(1, "ann"), a_candidate(2, "bob"), a_candidate(3, "zoe")])
        entries = [
            a_candidate(1, "ann", email="ann@example.com"),
            a_candidate(2, "bob", email="bob@example.com", encoded="old$another$one"),
        ]
        for _ in range(2):
            same, other = await judged(app, entries)
            assert (same.outcome, same.violations) == (EXISTS, ())
            assert codes(other) == [("username", "username_taken")]
        assert await self.addresses(app) == {
            "ann": ("ann@example.com", None),
            "bob": (None, None),
            "zoe": (None, None),
        }

    async def test_repeated_import_replaces_no_address(self, app: Application) -> None:
        entries = [a_candidate(1, "ann", email="old@example.com")]
        await judged(app, entries)
        (user_id,) = app.storage.users
        await FakeEmailAddressRepository(app.storage).remove(user_id, now=app.clock.now())
        assert [each.outcome for each in await judged(app, entries)] == [EXISTS]
        assert await self.addresses(app) == {"ann": (None, None)}


class TestImportedFactors:
    SECRET = "JBSWY3DPEHPK3PXP"

    async def test_new_account_gets_its_app(self, app: Application) -> None:
        """The code of this moment may have been used in the other system."""
        await judged(app, [a_candidate(1, "ann", totp_secret="jbsw y3dp ehpk 3pxp"), a_candidate(2, "bob")])
        ann, bob = app.storage.users.values()
        assert (ann.has_second_factor, bob.has_second_factor) == (True, False)
        (totp,) = app.storage.totp.values()
        assert totp.confirmed_at == app.clock.now()
        assert totp.last_step == step_of(app.clock.now())
        assert app.container.secret_box().open(totp.sealed, purpose=TOTP_PURPOSE) == self.SECRET

    async def test_existing_account_keeps_its_factors(self, app: Application) -> None:
        """The owner may have removed the app since the first import."""
        await judged(app, [a_candidate(1, "ann")])
        (verdict,) = await judged(app, [a_candidate(1, "ann", totp_secret=self.SECRET)])
        assert verdict.outcome is EXISTS
        assert app.storage.totp == {}

    async def test_unusable_secret_rejects_the_record(self, app: Application) -> None:
        """Without its app, a password alone would open the account."""
        uri = f"otpauth://totp/ann?secret={self.SECRET}&digits=8"
        for secret, code in (("?", "not_a_totp_secret"), (uri, "unsupported_totp")):
            (verdict,) = await judged(app, [a_candidate(1, "ann", totp_secret=secret)])
            assert (verdict.outcome, codes(verdict)) == (REJECTED, [("totp_secret", code)])
            assert self.SECRET not in repr(verdict)
        assert app.storage.users == {}

    async def test_dry_run_stores_nothing(self, app: Application) -> None:
        (verdict,) = await judged(app, [a_candidate(1, "ann", totp_secret=self.SECRET)], dry_run=True)
        assert verdict.outcome is IMPORTED
        assert (app.storage.users, app.storage.totp) == ({}, {})
