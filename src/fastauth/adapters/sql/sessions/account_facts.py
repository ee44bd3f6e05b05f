"""Reads the account of a session, in one statement."""

from datetime import datetime

from sqlalchemy import select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.accounts.users import user_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.email_addresses.repository import addresses_of
from fastauth.adapters.sql.email_addresses.tables import email_address
from fastauth.adapters.sql.roles.grants import grants_column, parse_grants
from fastauth.adapters.sql.sessions.statements import USER_COLUMNS, of_active_session
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.sessions.account_facts import AccountFacts
from fastauth.domain.sessions.session import SessionId

_OF_SESSION = of_active_session(
    select(
        user_info.c.id.label("owner"),
        *USER_COLUMNS,
        user_info.c.password,
        grants_column(user_info.c.id),
        email_address,
    )
).outerjoin(
    email_address,
    (email_address.c.user_id == user_info.c.id) & email_address.c.replaced_at.is_(None),
)


class SqlAccountFactsReader:
    """See `fastauth.domain.sessions.account_facts.AccountFactsReader`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def of_session(self, session_id: SessionId, *, now: datetime) -> AccountFacts | None:
        """Join session and user with the addresses, of which there are none, one or two."""
        values = {"session_id": session_id, "now": now}
        rows = (await self._connections.execute(_OF_SESSION, values)).all()
        if not rows:
            return None
        return AccountFacts(
            user=user_of(rows[0], user_id=rows[0].owner),
            addresses=addresses_of([row for row in rows if row.id is not None]),
            has_password=PasswordHash(rows[0].password or "").is_usable,
            grants=parse_grants(rows[0].grants),
        )
