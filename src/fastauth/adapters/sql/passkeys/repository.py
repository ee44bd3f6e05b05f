"""Passkeys in the table ``passkey``."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from fastauth.adapters.sql.accounts.users import user_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.passkeys import statements
from fastauth.domain.accounts.user import UserId
from fastauth.domain.passkeys.errors import PasskeyTaken, TooManyPasskeys
from fastauth.domain.passkeys.passkey import (
    MAX_PASSKEYS,
    Assertion,
    CredentialId,
    NewCredential,
    Passkey,
    PasskeyName,
    UserHandle,
)
from fastauth.domain.passkeys.ports import OwnedPasskey


class SqlPasskeyRepository:
    """See `fastauth.domain.passkeys.ports.PasskeyRepository`.

    The row of the account is locked before rows of its passkeys, here and by a log-in.
    """

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def find(self, id_: CredentialId) -> OwnedPasskey | None:
        """Read the passkey together with its account."""
        row = (await self._connections.execute(statements.FIND, {"of_passkey": id_})).one_or_none()
        return OwnedPasskey(_passkey(row), user_of(row, user_id=row.user_id), row.handle) if row else None

    async def of_user(self, user_id: UserId) -> tuple[Passkey, ...]:
        """Read the rows by the index of accounts."""
        rows = (await self._connections.execute(statements.OF_USER, {"of_user": user_id})).all()
        return tuple(map(_passkey, rows))

    async def handle_of(self, user_id: UserId) -> UserHandle | None:
        """Read the column ``handle``."""
        found = await self._connections.execute(statements.HANDLE, {"of_user": user_id})
        return found.scalar_one_or_none()

    async def add(
        self,
        user_id: UserId,
        credential: NewCredential,
        *,
        handle: UserHandle,
        name: PasskeyName,
        now: datetime,
    ) -> Passkey | None:
        """Lock the account by storing its handle, count, and insert a row."""
        passkey = Passkey(
            id=credential.id,
            user_id=user_id,
            name=name,
            public_key=credential.public_key,
            sign_count=credential.sign_count,
            aaguid=credential.aaguid,
            transports=credential.transports,
            backup_eligible=credential.backup_eligible,
            backed_up=credential.backed_up,
            created_at=now,
        )

        def work(connection: Connection) -> Passkey | None:
            values = {"of_user": user_id, "new_handle": handle}
            if connection.execute(statements.LOCK_WITH_HANDLE, values).scalar_one_or_none() != handle:
                return None
            if connection.execute(statements.COUNT, values).scalar_one() >= MAX_PASSKEYS:
                raise TooManyPasskeys
            try:
                connection.execute(statements.ADD, _values(passkey))
            except IntegrityError:
                raise PasskeyTaken from None
            return passkey

        return await self._connections.run_in_transaction(work)

    async def accept(self, id_: CredentialId, assertion: Assertion, *, now: datetime) -> bool:
        """Compare and update in one statement."""
        values = {
            "of_passkey": id_,
            "count": assertion.sign_count,
            "new_backed_up": assertion.backed_up,
            "now": now,
        }
        return bool((await self._connections.execute(statements.ACCEPT, values)).rowcount)

    async def mark_suspect(self, id_: CredentialId, *, now: datetime) -> None:
        """Update the column ``suspect_at``."""
        await self._connections.execute(statements.MARK_SUSPECT, {"of_passkey": id_, "now": now})

    async def rename(self, user_id: UserId, id_: CredentialId, name: PasskeyName) -> Passkey | None:
        """Update the column ``name``."""
        values = {"of_passkey": id_, "of_user": user_id, "new_name": name.text}
        row = (await self._connections.execute(statements.RENAME, values)).one_or_none()
        return _passkey(row) if row else None

    async def remove(self, user_id: UserId, id_: CredentialId) -> bool:
        """Lock the account, and delete the row."""

        def work(connection: Connection) -> bool:
            connection.execute(statements.LOCK, {"of_user": user_id})
            return bool(
                connection.execute(statements.REMOVE, {"of_passkey": id_, "of_user": user_id}).rowcount
            )

        return await self._connections.run_in_transaction(work)


def _values(passkey: Passkey) -> dict[str, object]:
    return {
        "id": passkey.id,
        "user_id": passkey.user_id,
        "name": passkey.name.text,
        "public_key": passkey.public_key,
        "sign_count": passkey.sign_count,
        "aaguid": passkey.aaguid,
        "transports": " ".join(passkey.transports),
        "backup_eligible": passkey.backup_eligible,
        "backed_up": passkey.backed_up,
        "created_at": passkey.created_at,
    }


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        id=CredentialId(row.id),
        user_id=UserId(row.user_id),
        name=PasskeyName(row.name),
        public_key=row.public_key,
        sign_count=row.sign_count,
        aaguid=row.aaguid,
        transports=tuple(row.transports.split()),
        backup_eligible=row.backup_eligible,
        backed_up=row.backed_up,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        suspect_at=row.suspect_at,
    )
