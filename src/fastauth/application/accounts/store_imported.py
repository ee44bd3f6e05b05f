"""Store a batch of imported accounts with their addresses and authenticator apps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.import_addresses import addresses_in, addresses_to_add, find_taken
from fastauth.application.accounts.import_factors import add_factors
from fastauth.application.accounts.import_record import ImportResult
from fastauth.application.accounts.validate_record import ValidRecord
from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.ports import BulkUserRepository
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreImported:
    """Store what `ImportUsers` has validated, in one transaction.

    A batch without addresses and apps needs no transaction: one statement stores it.
    """

    bulk_users: BulkUserRepository
    unit_of_work: UnitOfWork
    secret_box: SecretBox

    async def __call__(
        self, batch: list[ValidRecord | ImportResult], *, dry_run: bool, now: datetime
    ) -> list[ImportResult]:
        """Return the result of each record. With `dry_run` nothing is stored.

        Raises:
            StorageUnavailable: The batch may or may not have been stored.
        """
        records = {each.key: each for each in batch if isinstance(each, ValidRecord)}
        existing = await self.bulk_users.find_existing(list(records))
        free = [each.new_user for key, each in records.items() if key not in existing]
        unstored: Mapping[str, UserId | None] = {key: None for key in records if key not in existing}
        addresses, taken = addresses_in(records), frozenset[str]()
        if not addresses and not any(each.totp for each in records.values()):
            inserted = unstored if dry_run else await self.bulk_users.insert_new(free)
        else:
            async with self.unit_of_work.begin() as transaction:
                users = await transaction.email_addresses.users_of(
                    [each.address for each in addresses.values()]
                )
                inserted = unstored if dry_run else await transaction.bulk_users.insert_new(free)
                taken = find_taken(addresses, users=users, inserted=inserted, existing=existing)
                if not dry_run:
                    added = addresses_to_add(
                        addresses, records, taken=taken, inserted=inserted, existing=existing
                    )
                    await transaction.email_addresses.add_imported(added, now=now)
                    await add_factors(transaction, records, inserted, secret_box=self.secret_box, now=now)
                    await transaction.commit()
        return [
            each.result(inserted, existing, taken) if isinstance(each, ValidRecord) else each
            for each in batch
        ]
