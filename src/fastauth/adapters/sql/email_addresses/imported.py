"""Addresses that an import stores with the accounts of a batch."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.accounts.names_lock import LOCK_NAMES
from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.email_addresses.tables import IS_VERIFIED, email_address
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.record import ImportedAddress

_row = email_address.c
_VERIFIED = select(_row.address_key, _row.user_id).where(
    _row.address_key.in_(bindparam("keys", expanding=True)), IS_VERIFIED
)
_USERNAMES = select(user_info.c.username_key, user_info.c.id).where(
    user_info.c.username_key.in_(bindparam("names", expanding=True))
)
_OF_USERS = select(_row.id, _row.user_id, _row.address_key, _row.verified_at).where(
    _row.user_id.in_(bindparam("owners", expanding=True))
)
_DELETE = delete(email_address).where(_row.id.in_(bindparam("records", expanding=True)))
_ADD = {
    "sqlite": sqlite.insert(email_address).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(email_address).on_conflict_do_nothing(),
}
"""A user may add a pending address between the look-up and the insert; that one stays."""


def find_users_of(connection: Connection, addresses: Collection[EmailAddress]) -> dict[str, set[UserId]]:
    """See `fastauth.domain.email_addresses.ports.EmailAddressRepository.users_of`."""
    if connection.dialect.name == "postgresql":
        connection.execute(LOCK_NAMES)
    keys = {name: address.key for address in addresses for name in address.usernames}
    found: dict[str, set[UserId]] = {address.key: set() for address in addresses}
    for key, user_id in connection.execute(_VERIFIED, {"keys": sorted(set(keys.values()))}):
        found[key].add(UserId(user_id))
    for name, user_id in connection.execute(_USERNAMES, {"names": sorted(keys)}):
        found[keys[name]].add(UserId(user_id))
    return found


def add_imported(
    connection: Connection, imported: Mapping[UserId, ImportedAddress], *, now: datetime
) -> None:
    """See `fastauth.domain.email_addresses.ports.EmailAddressRepository.add_imported`."""
    known = connection.execute(_OF_USERS, {"owners": sorted(imported)}).all()
    with_any = {record.user_id for record in known}
    with_verified = {record.user_id for record in known if record.verified_at}
    new = {
        user_id: each
        for user_id, each in imported.items()
        if user_id not in (with_verified if each.is_verified else with_any)
    }
    proved = [record.id for record in known if _proves(new.get(record.user_id), record.address_key)]
    if proved:
        connection.execute(_DELETE, {"records": proved})
    if new:
        connection.execute(_ADD[connection.dialect.name], [_values(*item, now=now) for item in new.items()])


def _proves(imported: ImportedAddress | None, pending_key: str) -> bool:
    """Return whether the pending address of an account is the one that is verified in the file."""
    return imported is not None and imported.address.key == pending_key


def _values(user_id: UserId, imported: ImportedAddress, *, now: datetime) -> dict[str, object]:
    return {
        "user_id": user_id,
        "address": imported.address.text,
        "address_key": imported.address.key,
        "added_at": now,
        "verified_at": now if imported.is_verified else None,
    }
