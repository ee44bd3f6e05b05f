"""Second factors in the tables ``totp`` and ``recovery_code``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.second_factors.tables import recovery_code, totp
from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.recovery_code import RecoveryCodeDigest
from fastauth.domain.second_factors.totp import MAX_FAILURES, Step, Totp

_NOW = bindparam("now", type_=UtcDateTime)
_OF_USER = totp.c.user_id == bindparam("of_user")
IS_CONFIRMED = totp.c.confirmed_at.is_not(None)
IS_UNLOCKED = totp.c.failures < MAX_FAILURES
_NEW = {
    "sealed": bindparam("new_sealed"),
    "created_at": _NOW,
    "last_step": 0,
    "failures": 0,
}
_ENROL = {
    dialect: kind(totp)
    .values(user_id=bindparam("of_user"), **_NEW)
    .on_conflict_do_update(index_elements=["user_id"], set_=_NEW, where=totp.c.confirmed_at.is_(None))
    .returning(totp.c.user_id)
    for dialect, kind in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_IMPORT = insert(totp).values(
    {**_NEW, "user_id": bindparam("of_user"), "confirmed_at": _NOW, "last_step": bindparam("step")}
)
_FIND = select(totp).where(_OF_USER)
_CONFIRM = (
    update(totp)
    .where(_OF_USER, totp.c.confirmed_at.is_(None), totp.c.sealed == bindparam("confirmed"))
    .values(confirmed_at=_NOW, last_step=bindparam("step"), failures=0)
)
COUNT_ATTEMPT = (
    update(totp)
    .where(_OF_USER, IS_CONFIRMED, IS_UNLOCKED)
    .values(failures=totp.c.failures + 1)
    .returning(*totp.columns)
)
_COUNT_SOME = COUNT_ATTEMPT.where(totp.c.failures < bindparam("most"))
_ACCEPT = (
    update(totp)
    .where(_OF_USER, IS_CONFIRMED, totp.c.last_step < bindparam("step"))
    .values(last_step=bindparam("step"), failures=0)
)
_LOCK = select(user_info.c.id).where(user_info.c.id == bindparam("of_user")).with_for_update()
_of_account = update(user_info).where(user_info.c.id == bindparam("of_user"))
_PUT_IN_FORCE = _of_account.where(user_info.c.second_factor_at.is_(None)).values(second_factor_at=_NOW)
_passkey = table("passkey", column("user_id"))
_RELEASE = _of_account.where(
    ~exists().where(totp.c.user_id == user_info.c.id, IS_CONFIRMED),
    ~exists().where(_passkey.c.user_id == user_info.c.id),
).values(second_factor_at=None)
_UNLOCK = update(totp).where(_OF_USER).values(failures=0)
_CODES_OF_USER = recovery_code.c.user_id == bindparam("of_user")
_IS_UNUSED = recovery_code.c.used_at.is_(None)
_USE_CODE = (
    update(recovery_code)
    .where(_CODES_OF_USER, _IS_UNUSED, recovery_code.c.digest.in_(bindparam("digests", expanding=True)))
    .values(used_at=_NOW)
)
_COUNT_CODES = select(func.count()).select_from(recovery_code).where(_CODES_OF_USER, _IS_UNUSED)
_DELETE_CODES = delete(recovery_code).where(_CODES_OF_USER)
_INSERT_CODES = insert(recovery_code)
METHODS: tuple[ColumnElement[Any], ...] = (
    exists().where(_passkey.c.user_id == bindparam("of_user")).label(SecondFactorMethod.PASSKEY),
    exists().where(_OF_USER, IS_CONFIRMED, IS_UNLOCKED).label(SecondFactorMethod.TOTP),
    exists().where(_CODES_OF_USER, _IS_UNUSED).label(SecondFactorMethod.RECOVERY_CODE),
)
"""Whether the account has something to offer for each method."""
_READ_METHODS = select(*METHODS)
_DELETE = delete(totp).where(_OF_USER).returning(totp.c.confirmed_at)


class SqlSecondFactorRepository:
    """See `fastauth.domain.second_factors.ports.SecondFactorRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def lock(self, user_id: UserId) -> None:
        """Lock the row of the account, as a log-in does. SQLite has one writer at a time."""
        await self._connections.execute(_LOCK, {"of_user": user_id})

    async def require(self, user_id: UserId, *, now: datetime) -> bool:
        """Set ``user_info.second_factor_at``, unless it is set."""
        return bool(await self._changed(_PUT_IN_FORCE, of_user=user_id, now=now))

    async def release(self, user_id: UserId) -> bool:
        """Clear ``user_info.second_factor_at``, unless there is a factor of any kind."""
        return bool(await self._changed(_RELEASE, of_user=user_id))

    async def enrol(self, user_id: UserId, *, sealed: str, now: datetime) -> bool:
        """Insert a row, or update one that is not confirmed."""
        statement = _ENROL[self._connections.dialect.name]
        values = {"of_user": user_id, "new_sealed": sealed, "now": now}
        return (await self._connections.execute(statement, values)).first() is not None

    async def methods_of(self, user_id: UserId) -> tuple[SecondFactorMethod, ...]:
        """Read the existence of a row for each method."""
        row = (await self._connections.execute(_READ_METHODS, {"of_user": user_id})).one()
        return methods_in(row)

    async def add_imported(self, sealed: Mapping[UserId, str], *, step: Step, now: datetime) -> None:
        """Insert the rows, and note the factors in the rows of the accounts."""
        if not sealed:
            return
        owners = [{"of_user": user_id, "now": now} for user_id in sealed]
        rows = [
            {"of_user": user_id, "new_sealed": text, "step": step, "now": now}
            for user_id, text in sealed.items()
        ]

        def work(connection: Connection) -> None:
            connection.execute(_IMPORT, rows)
            connection.execute(_PUT_IN_FORCE, owners)

        await self._connections.run_in_transaction(work)

    async def find(self, user_id: UserId) -> Totp | None:
        """Read the row."""
        return await self._one(_FIND, of_user=user_id)

    async def confirm(self, user_id: UserId, *, sealed: str, step: Step, now: datetime) -> bool:
        """Compare and update in one statement."""
        return bool(await self._changed(_CONFIRM, of_user=user_id, confirmed=sealed, step=step, now=now))

    async def count_attempt(self, user_id: UserId, *, most: int = MAX_FAILURES) -> Totp | None:
        """Increment ``failures``, unless it has reached the maximum."""
        return await self._one(_COUNT_SOME, of_user=user_id, most=most)

    async def accept(self, user_id: UserId, step: Step) -> bool:
        """Compare and update in one statement."""
        return bool(await self._changed(_ACCEPT, of_user=user_id, step=step))

    async def use_recovery_code(
        self, user_id: UserId, digests: Sequence[RecoveryCodeDigest], *, now: datetime
    ) -> bool:
        """Set ``used_at``, unless it is set."""
        used = await self._changed(_USE_CODE, of_user=user_id, digests=list(digests), now=now)
        if used:
            await self._changed(_UNLOCK, of_user=user_id)
        return bool(used)

    async def replace_recovery_codes(
        self, user_id: UserId, digests: Sequence[RecoveryCodeDigest], *, now: datetime
    ) -> None:
        """Delete the rows, and insert new ones."""
        await self._changed(_DELETE_CODES, of_user=user_id)
        for digest in digests:
            values = {"digest": digest, "user_id": user_id, "created_at": now}
            await self._connections.execute(_INSERT_CODES, values)

    async def count_recovery_codes(self, user_id: UserId) -> int:
        """Count the rows."""
        return int((await self._connections.execute(_COUNT_CODES, {"of_user": user_id})).scalar_one())

    async def remove_totp(self, user_id: UserId) -> bool:
        """Delete the row."""
        row = (await self._connections.execute(_DELETE, {"of_user": user_id})).one_or_none()
        return row is not None and row.confirmed_at is not None

    async def _changed(self, statement: Executable, **values: object) -> int:
        changed: int = (await self._connections.execute(statement, values)).rowcount
        return changed

    async def _one(self, statement: Executable, **values: object) -> Totp | None:
        row = (await self._connections.execute(statement, values)).one_or_none()
        return totp_of(row) if row else None


def totp_of(row: Row[Any]) -> Totp:
    """Return the factor of a row with the columns of ``totp``."""
    return Totp(
        user_id=UserId(row.user_id),
        sealed=row.sealed,
        confirmed_at=row.confirmed_at,
        last_step=Step(row.last_step),
        failures=row.failures,
    )


def methods_in(row: Row[Any]) -> tuple[SecondFactorMethod, ...]:
    """Return the methods of a row with the columns `METHODS`."""
    return tuple(method for method in SecondFactorMethod if getattr(row, method))
