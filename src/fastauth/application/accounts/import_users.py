"""Import users from elsewhere."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.ports import BulkUserRepository, SeenUsernames
from fastauth.domain.accounts.user import ExistingUser, NewUser, UserId
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.passwords.ports import PasswordHasher

BATCH_SIZE = 1_000
"""Accounts in one transaction: few enough that nobody else waits for it, enough that it pays."""

_TAKEN = Violation("username", "username_taken", "Somebody goes by this name with another password.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """An account as another system describes it."""

    position: int
    """Where it stands in what was read, from 1."""
    old_id: str | None = None
    """Its id in the other system, by which others may know it."""
    username: str
    fullname: str
    password_hash: str = field(repr=False)
    disabled_since: datetime | None = None


class Outcome(StrEnum):
    """What can come of an entry."""

    IMPORTED = "imported"
    EXISTS = "exists"
    SKIPPED = "skipped"
    """It is no account."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of one entry, and why if it was refused."""

    position: int
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    old_id: str | None = None
    new_id: UserId | None = None
    """The id of the account that is stored; ``None`` in a dry run and where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUsers:
    """Store accounts from elsewhere with the hashes of their passwords.

    - What cannot be registered is not imported, and neither is a hash that no log-in can verify.
    - Nobody who is there is changed. One who has the same hash is there already, and whoever has
      another one is somebody else.
    - Of two with one name the first counts.
    - What is stored stays when the rest is interrupted. To go on is to begin again.
    """

    bulk_users: BulkUserRepository
    hasher: PasswordHasher
    username_profile: UsernameProfile
    seen_usernames: Callable[[], SeenUsernames]
    clock: Clock

    async def __call__(
        self, records: Iterable[ImportRecord | ImportResult], *, dry_run: bool = False
    ) -> AsyncIterator[list[ImportResult]]:
        """Yield the verdicts on a batch once it is stored, and no batch is read before.

        An entry that was validated when it was read keeps its result. With `dry_run` the verdicts are
        the same and nothing is stored.

        Raises:
            StorageUnavailable: The batch in hand may or may not have been stored.
        """
        now, rest = self.clock.now(), iter(records)
        with self.seen_usernames() as seen_usernames:
            while batch := list(islice(rest, BATCH_SIZE)):
                validated = [
                    entry if isinstance(entry, ImportResult) else self._validate(entry, seen_usernames, now)
                    for entry in batch
                ]
                yield await self._store(validated, dry_run=dry_run)

    def _validate(
        self, record: ImportRecord, seen_usernames: SeenUsernames, now: datetime
    ) -> "_ValidRecord | ImportResult":
        try:
            new_user = self._new_user(record, now)
        except InvalidInput as error:
            return ImportResult(record.position, Outcome.REJECTED, error.violations, record.old_id)
        first = seen_usernames.first_position(new_user.username.canonical, record.position)
        if first != record.position:
            repeated = Violation("username", "duplicate", f"Was there before, at {first}.")
            return ImportResult(record.position, Outcome.REJECTED, (repeated,), record.old_id)
        return _ValidRecord(record.position, record.old_id, new_user)

    def _new_user(self, record: ImportRecord, now: datetime) -> NewUser:
        with ViolationCollector() as collecting:
            with collecting:
                username = Username.parse(record.username, self.username_profile)
            with collecting:
                fullname = FullName.parse(record.fullname)
            with collecting:
                password_hash = self.hasher.parse_existing(record.password_hash)
        return NewUser(
            username=username,
            fullname=fullname,
            password_hash=password_hash,
            disabled_at=record.disabled_since and min(record.disabled_since, now),
        )

    async def _store(
        self, validated: "list[_ValidRecord | ImportResult]", *, dry_run: bool
    ) -> list[ImportResult]:
        new_users = [each.new_user for each in validated if isinstance(each, _ValidRecord)]
        existing = await self.bulk_users.find_existing(
            [new_user.username.canonical for new_user in new_users]
        )
        free = [new_user for new_user in new_users if new_user.username.canonical not in existing]
        inserted: Mapping[str, UserId | None] = (
            {new_user.username.canonical: None for new_user in free}
            if dry_run
            else await self.bulk_users.insert_new(free)
        )
        return [
            each if isinstance(each, ImportResult) else each.result(inserted, existing) for each in validated
        ]


@dataclass(frozen=True, slots=True)
class _ValidRecord:
    """An entry that nothing but what is stored can speak against."""

    position: int
    old_id: str | None
    new_user: NewUser

    def result(
        self, inserted: Mapping[str, UserId | None], existing: Mapping[str, ExistingUser]
    ) -> ImportResult:
        key = self.new_user.username.canonical
        if key in inserted:
            return ImportResult(self.position, Outcome.IMPORTED, (), self.old_id, inserted[key])
        holder = existing.get(key)
        if holder and holder.password_hash == self.new_user.password_hash:
            return ImportResult(self.position, Outcome.EXISTS, (), self.old_id, holder.id)
        return ImportResult(self.position, Outcome.REJECTED, (_TAKEN,), self.old_id)
