"""E-mail addresses in the table ``email_address``."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from fastauth.adapters.sql.accounts.names_lock import LOCK_NAMES_SHARED
from fastauth.adapters.sql.accounts.users import user_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.email_addresses import statements
from fastauth.adapters.sql.email_addresses.imported import add_imported, find_users_of
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.record import (
    UNDO_PERIOD,
    AddressRecord,
    ImportedAddress,
    UserAddresses,
)


class SqlEmailAddressRepository:
    """See `fastauth.domain.email_addresses.ports.EmailAddressRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def find_owner(self, key: str) -> User | None:
        """Find the account in one statement, which returns a row for an unknown address as well."""
        row = (await self._connections.execute(statements.FIND_OWNER, {"key": key})).one()
        user = user_of(row)
        return None if row.id is None else user

    async def of_user(self, user_id: UserId) -> UserAddresses:
        """Read both in one statement."""
        rows = (await self._connections.execute(statements.CURRENT, {"owner": user_id})).all()
        return addresses_of(rows)

    async def is_pending_anywhere(self, key: str) -> bool:
        """Look the address up by its index."""
        return bool((await self._connections.execute(statements.IS_PENDING, {"key": key})).scalar_one())

    async def add_pending(self, user_id: UserId, address: EmailAddress, *, now: datetime) -> None:
        """Insert the address, or replace the earlier one in its row."""
        statement = statements.ADD_PENDING[self._connections.dialect.name]
        values = {"owner": user_id, "new_address": address.text, "new_key": address.key, "now": now}
        await self._connections.execute(statement, values)

    async def verify(self, user_id: UserId, key: str, *, now: datetime) -> AddressRecord | None:
        """Lock the pending row, replace the former address, and mark this one as verified."""

        def work(connection: Connection) -> AddressRecord | None:
            pending = connection.execute(statements.LOCK_PENDING, {"owner": user_id, "key": key}).first()
            if pending is None:
                return None
            with _taken_is_an_error(connection):
                _check_usernames(connection, _record_of(pending))
                connection.execute(statements.REPLACE, {"owner": user_id, "now": now})
                return _record_of(
                    connection.execute(statements.VERIFY, {"record": pending.id, "now": now}).one()
                )

        return await self._connections.run_in_transaction(work)

    async def remove(self, user_id: UserId, *, now: datetime) -> AddressRecord | None:
        """Delete the pending row, and store the time of replacement in the other one."""

        def work(connection: Connection) -> AddressRecord | None:
            connection.execute(statements.DELETE_PENDING, {"owner": user_id})
            row = connection.execute(statements.REPLACE, {"owner": user_id, "now": now}).one_or_none()
            return None if row is None else _record_of(row)

        return await self._connections.run_in_transaction(work)

    async def undo(self, user_id: UserId, *, old_key: str, now: datetime) -> bool:
        """Lock the replaced row, delete the rows in its place, and put it back."""
        wanted = {"owner": user_id, "key": old_key, "after": now - UNDO_PERIOD}

        def work(connection: Connection) -> bool:
            replaced = connection.execute(statements.LOCK_REPLACED, wanted).first()
            if replaced is None:
                return False
            with _taken_is_an_error(connection):
                _check_usernames(connection, _record_of(replaced))
                later = {"owner": user_id, "record": replaced.id, "replaced_at": replaced.replaced_at}
                connection.execute(statements.DELETE_LATER, later)
                connection.execute(statements.PUT_BACK, {"record": replaced.id})
            return True

        return await self._connections.run_in_transaction(work)

    async def replaced_since(self, user_id: UserId, since: datetime) -> list[AddressRecord]:
        """Read them by the index of replaced addresses."""
        values = {"owner": user_id, "since": since}
        rows = (await self._connections.execute(statements.REPLACED_SINCE, values)).all()
        return [_record_of(row) for row in rows]

    async def informed(self, user_id: UserId, *, since: datetime) -> list[AddressRecord]:
        """Read them in one statement."""
        rows = (
            await self._connections.execute(statements.INFORMED, {"owner": user_id, "since": since})
        ).all()
        return [_record_of(row) for row in rows]

    async def clashing_usernames(self, *, limit: int) -> list[str]:
        """Join the verified addresses with the unique index of usernames."""
        rows = await self._connections.execute(statements.CLASHING_USERNAMES, {"number": limit})
        return [row.username for row in rows.all()]

    async def users_of(self, addresses: Collection[EmailAddress]) -> dict[str, set[UserId]]:
        """Take the lock of names, then read the addresses and the usernames."""
        return await self._connections.run_in_transaction(lambda each: find_users_of(each, addresses))

    async def add_imported(self, imported: Mapping[UserId, ImportedAddress], *, now: datetime) -> None:
        """Read the addresses that these accounts have, then insert many rows with each statement."""
        await self._connections.run_in_transaction(lambda each: add_imported(each, imported, now=now))

    async def mark_undeliverable(self, user_id: UserId, key: str, *, now: datetime) -> None:
        """Update the column ``undeliverable_at``."""
        values = {"owner": user_id, "key": key, "now": now}
        await self._connections.execute(statements.MARK_UNDELIVERABLE, values)


def _check_usernames(connection: Connection, record: AddressRecord) -> None:
    """Raise `EmailTaken` if the address is the username of another account.

    An import takes the same lock, so that neither misses what the other is about to store.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(LOCK_NAMES_SHARED)
    values = {"names": sorted(record.address.usernames), "owner": record.user_id}
    if connection.execute(statements.USERNAME_OF_ANOTHER, values).first():
        raise EmailTaken


@contextmanager
def _taken_is_an_error(connection: Connection) -> Iterator[None]:
    """Raise `EmailTaken` for a row that the index of addresses rejects, and undo the block alone."""
    try:
        with connection.begin_nested():
            yield
    except IntegrityError as error:
        if not statements.is_address_taken(error):
            raise
        raise EmailTaken from None


def addresses_of(rows: Sequence[Row[Any]]) -> UserAddresses:
    """Return the verified address and the pending one, from rows of one user that were not replaced."""
    records = [_record_of(row) for row in rows]
    return UserAddresses(
        verified=next((each for each in records if each.verified_at), None),
        pending=next((each for each in records if not each.verified_at), None),
    )


def _record_of(row: Row[Any]) -> AddressRecord:
    return AddressRecord(
        id=row.id,
        user_id=UserId(row.user_id),
        address=EmailAddress(row.address, row.address_key),
        added_at=row.added_at,
        verified_at=row.verified_at,
        replaced_at=row.replaced_at,
        undeliverable_at=row.undeliverable_at,
    )
