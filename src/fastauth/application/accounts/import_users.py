"""Import accounts from another system."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fastauth.application.accounts.import_record import ImportRecord, ImportResult
from fastauth.application.accounts.store_imported import StoreImported
from fastauth.application.accounts.validate_record import ValidRecord, validate_record
from fastauth.domain.accounts.ports import SeenUsernames
from fastauth.domain.accounts.username import UsernameProfile
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.address import AddressProfile
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
    - An address that is invalid or belongs to another account is left out, and the account is imported.
      A batch and its addresses are stored in one transaction. An account that exists with the same hash
      gets its address if it has none.
    - A new account gets its authenticator app, which is confirmed from then on. A record with one whose codes
      could not be verified is rejected: without it, a password alone would open the account.
    - Stored batches stay if the import is interrupted. To resume, run it again.
    """

    store: StoreImported
    hasher: PasswordHasher
    username_profile: UsernameProfile
    address_profile: AddressProfile
    seen_usernames: Callable[[], SeenUsernames]
    clock: Clock
    batch_size: int = BATCH_SIZE

    async def __call__(
        self, records: Iterable[ImportRecord | ImportResult], *, dry_run: bool = False
    ) -> AsyncIterator[list[ImportResult]]:
        """Yield the results of each batch once it is stored; the next batch is read after that.

        An `ImportResult` among the records is passed through. With `dry_run` the results are the
        same and nothing is stored.

        Raises:
            StorageUnavailable: The current batch may or may not have been stored.
        """
        now, rest = self.clock.now(), iter(records)
        with self.seen_usernames() as seen:
            while batch := list(islice(rest, self.batch_size)):
                validated = [
                    self._validate(each, seen, now) if isinstance(each, ImportRecord) else each
                    for each in batch
                ]
                yield await self.store(validated, dry_run=dry_run, now=now)

    def _validate(
        self, record: ImportRecord, seen: SeenUsernames, now: datetime
    ) -> ValidRecord | ImportResult:
        return validate_record(
            record,
            hasher=self.hasher,
            profile=self.username_profile,
            address_profile=self.address_profile,
            seen_usernames=seen,
            now=now,
        )
