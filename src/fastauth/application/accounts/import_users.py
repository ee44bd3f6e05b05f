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

BATCH = 1_000
"""Accounts in one transaction: few enough that nobody else waits for it, enough that it pays."""

_TAKEN = Violation("username", "username_taken", "Somebody goes by this name with another password.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An account as another system describes it."""

    place: int
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
class Verdict:
    """What came of one entry, and why if it was refused."""

    place: int
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

    intake: BulkUserRepository
    hasher: PasswordHasher
    usernames: UsernameProfile
    ledger: Callable[[], SeenUsernames]
    clock: Clock

    async def __call__(
        self, entries: Iterable[Candidate | Verdict], *, dry_run: bool = False
    ) -> AsyncIterator[list[Verdict]]:
        """Yield the verdicts on a batch once it is stored, and no batch is read before.

        An entry that was judged when it was read keeps its verdict. With `dry_run` the verdicts are
        the same and nothing is stored.

        Raises:
            StorageUnavailable: The batch in hand may or may not have been stored.
        """
        now, rest = self.clock.now(), iter(entries)
        with self.ledger() as ledger:
            while batch := list(islice(rest, BATCH)):
                judged = [
                    entry if isinstance(entry, Verdict) else self._judge(entry, ledger, now)
                    for entry in batch
                ]
                yield await self._settle(judged, dry_run=dry_run)

    def _judge(self, candidate: Candidate, ledger: SeenUsernames, now: datetime) -> "_Acceptable | Verdict":
        try:
            newcomer = self._newcomer(candidate, now)
        except InvalidInput as error:
            return Verdict(candidate.place, Outcome.REJECTED, error.violations, candidate.old_id)
        first = ledger.first_position(newcomer.username.key, candidate.place)
        if first != candidate.place:
            repeated = Violation("username", "duplicate", f"Was there before, at {first}.")
            return Verdict(candidate.place, Outcome.REJECTED, (repeated,), candidate.old_id)
        return _Acceptable(candidate.place, candidate.old_id, newcomer)

    def _newcomer(self, candidate: Candidate, now: datetime) -> NewUser:
        with ViolationCollector() as noting:
            with noting:
                username = Username.parse(candidate.username, self.usernames)
            with noting:
                fullname = FullName.parse(candidate.fullname)
            with noting:
                password_hash = self.hasher.parse_existing(candidate.password_hash)
        return NewUser(
            username=username,
            fullname=fullname,
            password_hash=password_hash,
            disabled_at=candidate.disabled_since and min(candidate.disabled_since, now),
        )

    async def _settle(self, judged: "list[_Acceptable | Verdict]", *, dry_run: bool) -> list[Verdict]:
        newcomers = [each.newcomer for each in judged if isinstance(each, _Acceptable)]
        holders = await self.intake.holders([newcomer.username.key for newcomer in newcomers])
        free = [newcomer for newcomer in newcomers if newcomer.username.key not in holders]
        admitted: Mapping[str, UserId | None] = (
            {newcomer.username.key: None for newcomer in free} if dry_run else await self.intake.admit(free)
        )
        return [each if isinstance(each, Verdict) else each.verdict(admitted, holders) for each in judged]


@dataclass(frozen=True, slots=True)
class _Acceptable:
    """An entry that nothing but what is stored can speak against."""

    place: int
    old_id: str | None
    newcomer: NewUser

    def verdict(self, admitted: Mapping[str, UserId | None], holders: Mapping[str, ExistingUser]) -> Verdict:
        key = self.newcomer.username.key
        if key in admitted:
            return Verdict(self.place, Outcome.IMPORTED, (), self.old_id, admitted[key])
        holder = holders.get(key)
        if holder and holder.password_hash == self.newcomer.password_hash:
            return Verdict(self.place, Outcome.EXISTS, (), self.old_id, holder.id)
        return Verdict(self.place, Outcome.REJECTED, (_TAKEN,), self.old_id)
