"""Store a batch of imported accounts together with their e-mail addresses."""

from collections.abc import Mapping

from fastauth.application.accounts.validate_record import ValidRecord
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.record import ImportedAddress
from fastauth.domain.passwords.credential import ExistingUser


def addresses_in(records: Mapping[str, ValidRecord]) -> dict[str, ImportedAddress]:
    """Return the addresses of valid records, by canonical username."""
    return {key: each.imported for key, each in records.items() if each.imported}


def find_taken(
    addresses: Mapping[str, ImportedAddress],
    *,
    users: Mapping[str, set[UserId]],
    inserted: Mapping[str, UserId | None],
    existing: Mapping[str, ExistingUser],
) -> frozenset[str]:
    """Return the canonical usernames whose address belongs to another account.

    `users` are the accounts of each address before the batch; `inserted` are the accounts of the batch.
    """
    return frozenset(
        name
        for name, each in addresses.items()
        if users[each.address.key] - ({existing[name].id} if name in existing else set())
        or any(other in inserted and other != name for other in each.address.usernames)
    )


def addresses_to_add(
    addresses: Mapping[str, ImportedAddress],
    records: Mapping[str, ValidRecord],
    *,
    taken: frozenset[str],
    inserted: Mapping[str, UserId | None],
    existing: Mapping[str, ExistingUser],
) -> dict[UserId, ImportedAddress]:
    """Return the addresses that are not taken, by the ids of new accounts and of those with the same hash."""
    same = {name: user.id for name, user in existing.items() if records[name].is_same_as(user)}
    ids: dict[str, UserId | None] = {**same, **inserted}
    return {
        user_id: addresses[name]
        for name, user_id in ids.items()
        if user_id is not None and name in addresses and name not in taken
    }
