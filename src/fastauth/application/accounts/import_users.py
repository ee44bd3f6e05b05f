"""Import accounts from another system."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from fastauth.application.accounts.import_record import ImportRecord, ImportResult
from fastauth.application.accounts.validate_record import ValidRecord, validate_record
from fastauth.domain.accounts.ports import BulkUserRepository, SeenUsernames
from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import UsernameProfile
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.ports import PasswordHasher

BATCH_SIZE = 1_000
"""Accounts per transaction: short enough not to delay other requests, large enough to be fast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUsers:
    """Store accounts from another system with the hashes of their passwords.

    - Accounts that could not be registered, and hashes that no log-in can verify, are rejected.
    - Existing accounts are never changed. Same name and same hash: reported as existing. Same name,
      other hash: rejected.
    - Of duplicates in the file the first counts.
    - Stored batches stay if the import is interrupted. To resume, run it again.
    """

    bulk_users: BulkUserRepository
    hasher: PasswordHasher
    username_profile: UsernameProfile
    seen_usernames: Callable[[], SeenUsernames]
    clock: Clock

    async def __call__(
        self, records: Iterable[ImportRecord | ImportResult], *, dry_run: bool = False
    ) -> AsyncIterator[list[ImportResult]]:
        """Yield the results of each batch once it is stored; the next batch is read after that.

        An `ImportResult` among the records is passed through. With `dry_run` the results are the
        same and nothing is stored.

        Raises:
            StorageUnavailable: The current batch may or may not have been stored.
        """
        hasher, profile, now = self.hasher, self.username_profile, self.clock.now()
        rest = iter(records)
        with self.seen_usernames() as seen:
            while batch := list(islice(rest, BATCH_SIZE)):
                validated = [
                    validate_record(each, hasher=hasher, profile=profile, seen_usernames=seen, now=now)
                    if isinstance(each, ImportRecord)
                    else each
                    for each in batch
                ]
                yield await self._store(validated, dry_run=dry_run)

    async def _store(
        self, validated: list[ValidRecord | ImportResult], *, dry_run: bool
    ) -> list[ImportResult]:
        new_users = {
            each.new_user.username.canonical: each.new_user
            for each in validated
            if isinstance(each, ValidRecord)
        }
        existing = await self.bulk_users.find_existing(list(new_users))
        free = {key: new_user for key, new_user in new_users.items() if key not in existing}
        inserted: Mapping[str, UserId | None] = (
            dict.fromkeys(free) if dry_run else await self.bulk_users.insert_new(list(free.values()))
        )
        return [
            each.result(inserted, existing) if isinstance(each, ValidRecord) else each for each in validated
        ]
