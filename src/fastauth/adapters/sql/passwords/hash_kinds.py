"""The kinds of stored password hashes."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.domain.passwords.password import PasswordHash

PAGE = 5_000
"""Ids that one statement covers. A readiness probe waits for the same connection meanwhile, for a few
milliseconds. With 50 000 ids it waited 1.2 s on a busy server, and failed."""

_POSITION = {"postgresql": func.strpos, "sqlite": func.instr}
_MAX_ID = select(func.max(user_info.c.id))


class SqlHashKinds:
    """See `fastauth.domain.passwords.ports.HashKinds`.

    The database returns one hash of each kind and the number of its hashes. Hashes are of one kind if they
    have the same prefix and the same parameters behind it. `prefixes` has the number of characters of the
    parameters; ``None`` stands for the characters up to the next ``$``.
    """

    def __init__(self, *, connections: Connections, prefixes: Sequence[tuple[str, int | None]]) -> None:
        self._connections = connections
        self._prefixes = prefixes

    async def examples(self) -> dict[PasswordHash, int]:
        """Read all accounts, `PAGE` ids at a time."""
        counts: Counter[str] = Counter()
        examples: dict[str, str] = {}
        last = (await self._connections.execute(_MAX_ID)).scalar_one() or 0
        for after in range(0, last, PAGE):
            page = {"after": after, "last": after + PAGE}
            for row in (await self._connections.execute(self._statement, page)).all():
                counts[row.kind] += row.number
                examples.setdefault(row.kind, row.example)
        return {PasswordHash(examples[kind]): count for kind, count in counts.items()}

    @cached_property
    def _statement(self) -> Select[tuple[str, str, int]]:
        """Built when there are accounts: it has hundreds of terms."""
        return _statement(self._connections.dialect.name, self._prefixes)


def _statement(dialect: str, prefixes: Sequence[tuple[str, int | None]]) -> Select[tuple[str, str, int]]:
    password = func.coalesce(user_info.c.password, "")
    kinds = [
        (func.substr(password, 1, len(prefix)) == prefix, _kind(dialect, password, prefix, more))
        for prefix, more in prefixes
    ]
    kind = case(*kinds, else_=literal("")).label("kind")
    found = select(kind, password.label("password")).where(
        user_info.c.id > bindparam("after"), user_info.c.id <= bindparam("last")
    )
    each = found.subquery()
    columns = each.c.kind, func.max(each.c.password).label("example"), func.count().label("number")
    return select(*columns).group_by(each.c.kind)


def _kind(dialect: str, password: ColumnElement[str], prefix: str, more: int | None) -> ColumnElement[str]:
    if more is not None:
        return func.substr(password, 1, len(prefix) + more)
    ends = _POSITION[dialect](func.substr(password, len(prefix) + 1), "$")
    return func.substr(password, 1, len(prefix) + ends)
