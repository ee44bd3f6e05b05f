"""Reads what a request for one's own account shows beyond the user, in one statement."""

from sqlalchemy import bindparam, select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.email_addresses.repository import addresses_of
from fastauth.adapters.sql.email_addresses.tables import email_address
from fastauth.adapters.sql.roles.grants import grants_column, parse_grants
from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.account_facts import AccountFacts

_READ = (
    select(user_info.c.password, grants_column(user_info.c.id), email_address)
    .select_from(user_info)
    .outerjoin(
        email_address,
        (email_address.c.user_id == user_info.c.id) & email_address.c.replaced_at.is_(None),
    )
    .where(user_info.c.id == bindparam("user_id"))
)


class SqlAccountFactsReader:
    """See `fastauth.domain.sessions.account_facts.AccountFactsReader`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def read(self, user_id: UserId) -> AccountFacts:
        """Join the user with the addresses, of which there are none, one or two."""
        rows = (await self._connections.execute(_READ, {"user_id": user_id})).all()
        if not rows:
            return AccountFacts(addresses=UserAddresses(), has_password=False, grants=Grants())
        return AccountFacts(
            addresses=addresses_of([row for row in rows if row.id is not None]),
            has_password=PasswordHash(rows[0].password or "").is_usable,
            grants=parse_grants(rows[0].grants),
        )
