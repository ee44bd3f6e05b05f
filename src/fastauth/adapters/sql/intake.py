"""Many users at once."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from fastauth.adapters.sql.engine import Transactions
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.insertion import insert_unless_taken
from fastauth.adapters.sql.tables import user_info
from fastauth.domain.newcomer import Newcomer
from fastauth.domain.password import PasswordHash

_HOLDERS = select(user_info.c.username_key, user_info.c.password).where(
    user_info.c.username_key.in_(bindparam("keys", expanding=True))
)
_ADMIT = {
    dialect: statement.returning(user_info.c.username_key)
    for dialect, statement in insert_unless_taken(user_info, "username_key").items()
}


class SqlUserIntake:
    """See `fastauth.domain.ports.UserIntake`."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def holders(self, keys: Collection[str]) -> dict[str, PasswordHash]:
        """Look all of them up in one statement."""
        with storage_failures():
            async with self._transactions.connect() as connection:
                rows = (await connection.execute(_HOLDERS, {"keys": list(keys)})).all()
        return {row.username_key: PasswordHash(row.password or "") for row in rows}

    async def admit(self, newcomers: Collection[Newcomer]) -> set[str]:
        """Insert many rows with each statement, in the order of their keys.

        Two who insert the same names in different orders would wait for each other for ever.
        """
        values = [_values(newcomer) for newcomer in sorted(newcomers, key=lambda each: each.username.key)]
        if not values:
            return set()
        with storage_failures():
            async with self._transactions.begin() as connection:
                admitted = await connection.scalars(_ADMIT[connection.dialect.name], values)
                return set(admitted)


def _values(newcomer: Newcomer) -> dict[str, object]:
    return {
        "username": newcomer.username.spelling,
        "username_key": newcomer.username.key,
        "password": newcomer.password_hash.encoded,
        "fullname": newcomer.fullname.text,
        "disabled_at": newcomer.disabled_at,
    }
