"""Bulk insert of imported accounts."""

from collections.abc import Collection
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, column, select, table

from fastauth.adapters.sql.accounts.names_lock import LOCK_NAMES
from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.credential import ExistingUser, ImportedUser
from fastauth.domain.passwords.password import PasswordHash

_FIND_EXISTING = select(user_info.c.id, user_info.c.username_key, user_info.c.password).where(
    user_info.c.username_key.in_(bindparam("keys", expanding=True))
)
_INSERT_NEW = {
    dialect: statement.returning(user_info.c.id, user_info.c.username_key)
    for dialect, statement in insert_on_conflict_do_nothing(
        user_info, "username_key", "username", "password", "fullname", "disabled_at"
    ).items()
}
_address = table("email_address", *map(column, ("address_key", "verified_at", "replaced_at")))
_VERIFIED_ADDRESSES = select(_address.c.address_key).where(
    _address.c.address_key.in_(bindparam("names", expanding=True)),
    _address.c.verified_at.is_not(None),
    _address.c.replaced_at.is_(None),
)


class SqlBulkUserRepository:
    """See `fastauth.domain.passwords.ports.BulkUserRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def find_existing(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        """Find all of them in one statement."""
        rows = (await self._connections.execute(_FIND_EXISTING, {"keys": list(keys)})).all()
        return {
            row.username_key: ExistingUser(id=UserId(row.id), password_hash=PasswordHash(row.password or ""))
            for row in rows
        }

    async def insert_new(self, new_users: Collection[ImportedUser]) -> dict[str, UserId]:
        """Insert many rows with each statement, in the order of their canonical names.

        Two imports that insert the same names in different orders would deadlock.
        """
        values = sorted(map(_values, new_users), key=itemgetter("new_username_key"))
        if not values:
            return {}
        names = [each.user.username.canonical for each in new_users]

        def work(connection: Connection) -> dict[str, UserId]:
            taken = _verified_addresses(connection, [name for name in names if "@" in name])
            free = [each for each in values if each["new_username_key"] not in taken]
            rows = connection.execute(_INSERT_NEW[connection.dialect.name], free) if free else ()
            return {row.username_key: UserId(row.id) for row in rows}

        return await self._connections.run_in_transaction(work)


def _verified_addresses(connection: Connection, names: list[str]) -> set[str]:
    """Return those of `names` that are the e-mail address of an account, and keep others from becoming one.

    The lock is the one that the verification of an address shares, until the end of the transaction.
    """
    if not names:
        return set()
    if connection.dialect.name == "postgresql":
        connection.execute(LOCK_NAMES)
    return set(connection.scalars(_VERIFIED_ADDRESSES, {"names": names}))


def _values(new: ImportedUser) -> dict[str, Any]:
    return {
        "new_username": new.user.username.display,
        "new_username_key": new.user.username.canonical,
        "new_password": new.password_hash.encoded,
        "new_fullname": new.user.fullname.text,
        "new_disabled_at": new.user.disabled_at,
    }
