"""Challenges in the table ``one_time_token``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Connection, Select, bindparam, insert, select, true, update

from fastauth.adapters.sql.database.connections import WRITES, Connections
from fastauth.adapters.sql.one_time_tokens.repository import SqlOneTimeTokenRepository
from fastauth.adapters.sql.one_time_tokens.statements import COUNT_ATTEMPT as COUNT_AT_TOKEN
from fastauth.adapters.sql.one_time_tokens.statements import open_at
from fastauth.adapters.sql.one_time_tokens.tables import one_time_token
from fastauth.adapters.sql.rate_limits.refund_statement import add_cte, refund_parameters, refund_with
from fastauth.adapters.sql.rate_limits.repository import apply_refunds
from fastauth.adapters.sql.second_factors.repository import (
    COUNT_ATTEMPT,
    IS_CONFIRMED,
    IS_UNLOCKED,
    METHODS,
    methods_in,
    totp_of,
)
from fastauth.adapters.sql.second_factors.tables import totp
from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import NewToken, OneTimeTokenDigest, Purpose
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.second_factors.challenge import OpenChallenge
from fastauth.domain.second_factors.method import SecondFactorMethod

_PURPOSE = Purpose.SECOND_FACTOR
_columns = ("digest", "purpose", "user_id", "payload", "created_at", "expires_at")
_INSERT = insert(one_time_token).values(
    {name: bindparam(f"new_{name}", type_=one_time_token.c[name].type) for name in _columns}
)
_issued = _INSERT.returning(one_time_token.c.user_id).cte("changed")
ISSUE: Select[Any] = select(*METHODS).add_cte(_issued).execution_options(**{WRITES: True})
_READ_METHODS: Select[Any] = select(*METHODS)

_counted = COUNT_AT_TOKEN.cte("counted")
_tried: CTE = (
    update(totp)
    .where(totp.c.user_id == _counted.c.user_id, IS_CONFIRMED, IS_UNLOCKED)
    .values(failures=totp.c.failures + 1)
    .returning(*totp.columns)
    .cte("tried")
)
COUNT_BOTH: Select[Any] = (
    select(_counted.c.payload, *_tried.c)
    .select_from(_counted.outerjoin(_tried, true()))
    .execution_options(**{WRITES: True})
)


class SqlChallengeRepository:
    """See `fastauth.domain.second_factors.ports.ChallengeRepository`.

    PostgreSQL runs each method as one statement. In SQLite a ``WITH`` clause can only read, so each is a
    transaction.
    """

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections
        self._tokens = SqlOneTimeTokenRepository(connections=connections)

    async def issue(
        self, new: NewToken, *, user_id: UserId, payload: str, now: datetime, refunds: tuple[Refund, ...] = ()
    ) -> tuple[SecondFactorMethod, ...]:
        """Insert a row, and read the existence of a row for each method."""
        token: dict[str, object] = {
            "new_digest": new.digest,
            "new_purpose": _PURPOSE.value,
            "new_user_id": user_id,
            "new_payload": payload,
            "new_created_at": now,
            "new_expires_at": now + _PURPOSE.lifetime,
        }
        owner: dict[str, object] = {"of_user": user_id}
        if self._connections.dialect.name == "postgresql":
            statement, values = ISSUE, token | owner
            if refunds:
                statement = add_cte(statement, refund_with(refunds, "changed"))
                values |= refund_parameters(refunds, now)
            return methods_in((await self._connections.execute(statement, values)).one())

        def work(connection: Connection) -> tuple[SecondFactorMethod, ...]:
            connection.execute(_INSERT, token)
            if refunds:
                apply_refunds(connection, refunds, now)
            return methods_in(connection.execute(_READ_METHODS, owner).one())

        return await self._connections.run_in_transaction(work)

    async def count_attempt(
        self, digests: Sequence[OneTimeTokenDigest], *, at_totp: bool, now: datetime
    ) -> OpenChallenge | None:
        """Increment ``attempts`` and ``failures``, unless they have reached their maximum."""
        if not at_totp:
            token = await self._tokens.count_attempt(
                digests, purpose=_PURPOSE, max_attempts=_PURPOSE.max_attempts or 0, now=now
            )
            return OpenChallenge(payload=token.payload, totp=None) if token else None
        values: dict[str, object] = {
            "digests": list(digests),
            "for_purpose": _PURPOSE.value,
            "max_attempts": _PURPOSE.max_attempts,
            **open_at(now, _PURPOSE),
        }
        if self._connections.dialect.name == "postgresql":
            row = (await self._connections.execute(COUNT_BOTH, values)).one_or_none()
            if row is None:
                return None
            return OpenChallenge(payload=row.payload, totp=None if row.user_id is None else totp_of(row))

        def work(connection: Connection) -> OpenChallenge | None:
            token = connection.execute(COUNT_AT_TOKEN, values).one_or_none()
            if token is None:
                return None
            tried = connection.execute(COUNT_ATTEMPT, {"of_user": token.user_id}).one_or_none()
            return OpenChallenge(payload=token.payload, totp=totp_of(tried) if tried else None)

        return await self._connections.run_in_transaction(work)
