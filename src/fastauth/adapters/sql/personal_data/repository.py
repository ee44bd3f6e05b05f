"""Erasures in the tables ``erasure`` and ``erasure_receipt``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, exists, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.personal_data.statements import DELETE_ACCOUNT, clearing, clearing_again
from fastauth.adapters.sql.personal_data.tables import erasure, erasure_receipt
from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import UsernameDigest
from fastauth.domain.personal_data.erasure import Erasure, ListedErasure, NameDigest, Receipt

_COLUMNS = [column.name for column in erasure.c]
_OTHERS = [name for name in _COLUMNS if name != "user_id"]
_REQUEST = {
    dialect: statement.returning(erasure.c.user_id)  # an INSERT has no reliable count of rows
    for dialect, statement in insert_on_conflict_do_nothing(erasure, "user_id", *_OTHERS).items()
}
_IS_OF_USER = erasure.c.user_id == bindparam("of_user")
_IS_PENDING = erasure.c.erased_at.is_(None)
_NOW = bindparam("now", type_=UtcDateTime)
_FIND = select(erasure).where(_IS_OF_USER)
_WITHDRAW = delete(erasure).where(_IS_OF_USER, _IS_PENDING).returning(*erasure.c)
_NOTE_DISABLED = (
    update(erasure)
    .where(_IS_OF_USER, _IS_PENDING, erasure.c.disabled_before.is_(None))
    .values(disabled_before=_NOW)
)
_DUE = (
    select(erasure)
    .where(_IS_PENDING, erasure.c.erase_at <= _NOW)
    .order_by(erasure.c.erase_at, erasure.c.user_id)
    .limit(bindparam("max_rows"))
)
_DUE_AFTER = _DUE.where(
    tuple_(erasure.c.erase_at, erasure.c.user_id)
    > tuple_(bindparam("after_at", type_=UtcDateTime), bindparam("after_id"))
)
_MARK_ERASED = update(erasure).where(_IS_OF_USER, _IS_PENDING, erasure.c.erase_at <= _NOW)
_IS_TAKEN = select(
    or_(
        exists().where(user_info.c.username_key == bindparam("name")),
        exists().where(
            erasure.c.name_digest.in_(bindparam("digests", expanding=True)),
            or_(_IS_PENDING, erasure.c.name_rests_until > _NOW),
        ),
    )
)
_PAGE = select(erasure).where(erasure.c.user_id > bindparam("after")).order_by(erasure.c.user_id)
_RECEIPTS = (
    select(erasure_receipt)
    .where(erasure_receipt.c.user_id.in_(bindparam("of_users", expanding=True)))
    .order_by(erasure_receipt.c.at, erasure_receipt.c.consumer)
)
_CONFIRM = {
    "postgresql": postgresql.insert(erasure_receipt).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(erasure_receipt).on_conflict_do_nothing(),
}
_PURGE = delete(erasure).where(
    and_(erasure.c.erased_at < bindparam("before", type_=UtcDateTime), erasure.c.name_rests_until < _NOW)
)


class SqlErasureRepository:
    """See `fastauth.domain.personal_data.ports.ErasureRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def request(self, requested: Erasure) -> bool:
        """Insert a row, unless the account has one."""
        values = {f"new_{name}": getattr(requested, name) for name in _COLUMNS}
        statement = _REQUEST[self._connections.dialect.name]
        return (await self._connections.execute(statement, values)).one_or_none() is not None

    async def find(self, user_id: UserId) -> Erasure | None:
        """Read the row."""
        row = (await self._connections.execute(_FIND, {"of_user": user_id})).one_or_none()
        return _erasure(row) if row else None

    async def withdraw(self, user_id: UserId) -> Erasure | None:
        """Delete the row unless the account was erased."""
        row = (await self._connections.execute(_WITHDRAW, {"of_user": user_id})).one_or_none()
        return _erasure(row) if row else None

    async def note_disabled(self, user_id: UserId, *, now: datetime) -> None:
        """Update the pending row."""
        await self._connections.execute(_NOTE_DISABLED, {"of_user": user_id, "now": now})

    async def due(self, *, now: datetime, after: Erasure | None, limit: int) -> list[Erasure]:
        """Read the partial index of pending erasures."""
        values: dict[str, Any] = {"now": now, "max_rows": limit}
        if after:
            values |= {"after_at": after.erase_at, "after_id": after.user_id}
        statement = _DUE_AFTER if after else _DUE
        return [_erasure(row) for row in await self._connections.execute(statement, values)]

    async def mark_erased(
        self,
        user_id: UserId,
        *,
        now: datetime,
        name_digest: NameDigest | None,
        name_rests_until: datetime,
    ) -> bool:
        """Update the pending row."""
        values: dict[str, Any] = {
            "erased_at": now,
            "name_rests_until": name_rests_until,
            "disabled_before": None,
        }
        if name_digest is not None:
            values["name_digest"] = name_digest
        marked = _MARK_ERASED.values(values)
        return bool((await self._connections.execute(marked, {"of_user": user_id, "now": now})).rowcount)

    async def delete_account(self, user_id: UserId, *, tried_names: Sequence[UsernameDigest]) -> None:
        """Clear columns of rows that stay, then delete the account."""
        person = {"person": user_id, "tried_names": list(tried_names)}
        for statement in clearing():
            names = statement.compile().params.keys() & person.keys()
            await self._connections.execute(statement, {name: person[name] for name in names})
        await self._connections.execute(DELETE_ACCOUNT, {"person": user_id})

    async def clear_again(self, *, erased_since: datetime) -> None:
        """Run the same statements for all accounts of the index of done erasures."""
        for statement in clearing_again():
            await self._connections.execute(statement, {"erased_since": erased_since})

    async def page(self, *, after: UserId | None, limit: int) -> list[ListedErasure]:
        """Read a page by the primary key, and the receipts of its rows."""
        rows = (await self._connections.execute(_PAGE.limit(limit), {"after": after or 0})).all()
        found = (
            await self._connections.execute(_RECEIPTS, {"of_users": [row.user_id for row in rows]})
        ).all()
        receipts = [Receipt(user_id=UserId(row.user_id), consumer=row.consumer, at=row.at) for row in found]
        return [
            ListedErasure(_erasure(row), tuple(each for each in receipts if each.user_id == row.user_id))
            for row in rows
        ]

    async def confirm(self, receipt: Receipt) -> None:
        """Insert a row, unless the consumer has one."""
        await self._connections.execute(
            _CONFIRM[self._connections.dialect.name],
            {"user_id": receipt.user_id, "consumer": receipt.consumer, "at": receipt.at},
        )

    async def is_taken(self, name: Username, digests: Sequence[NameDigest], *, now: datetime) -> bool:
        """Read the index of names and that of digests."""
        values = {"name": name.canonical, "digests": list(digests), "now": now}
        return bool((await self._connections.execute(_IS_TAKEN, values)).scalar_one())

    async def purge(self, *, before: datetime, now: datetime) -> int:
        """Delete the rows."""
        purged: int = (await self._connections.execute(_PURGE, {"before": before, "now": now})).rowcount
        return purged


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(**{name: getattr(row, name) for name in _COLUMNS})
