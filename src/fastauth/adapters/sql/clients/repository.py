"""See `fastauth.domain.clients.ports.ClientRepository`."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, delete, insert, or_, select, update

from fastauth.adapters.sql.clients.tables import client_secret, oauth_client
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.domain.clients.client import LAST_USE_INTERVAL, Client
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clients.errors import ClientExists
from fastauth.domain.clients.registered_client import ClientSecret, ClientSecretDigest, RegisteredClient

_SERVICE = "service"
"""The only kind of client so far."""

_ALL = (
    select(
        oauth_client,
        client_secret.c.digest,
        client_secret.c.created_at.label("secret_created_at"),
        client_secret.c.expires_at,
    )
    .join(client_secret, client_secret.c.client_id == oauth_client.c.id)
    .order_by(oauth_client.c.name, client_secret.c.created_at.desc(), client_secret.c.digest)
)
_BEHIND = oauth_client.c.name > bindparam("after")
_PAGE = _ALL.where(
    oauth_client.c.id.in_(
        select(oauth_client.c.id).where(_BEHIND).order_by(oauth_client.c.name).limit(bindparam("max_rows"))
    )
)
_GET = _ALL.where(oauth_client.c.id == bindparam("of_client"))
_FIND = _ALL.where(oauth_client.c.name == bindparam("of_name"))
_ADD = insert_on_conflict_do_nothing(
    oauth_client, "name", "id", "kind", "scopes", "audiences", "created_at", "created_by"
)
_EXISTS = select(oauth_client.c.id).where(oauth_client.c.id == bindparam("of_client"))
_old_end = bindparam("old_end", type_=UtcDateTime)
_now = bindparam("now", type_=UtcDateTime)
_EXPIRE = (
    update(client_secret)
    .where(
        client_secret.c.client_id == bindparam("of_client"),
        or_(client_secret.c.expires_at.is_(None), client_secret.c.expires_at > _now),
    )
    .values(expires_at=case((client_secret.c.expires_at.is_(None), _old_end), else_=_now))
)
_UPDATE = (
    update(oauth_client)
    .where(oauth_client.c.id == bindparam("of_client"))
    .values(
        scopes=bindparam("new_scopes"),
        audiences=bindparam("new_audiences"),
        disabled_at=bindparam("new_disabled_at", type_=UtcDateTime),
    )
)
_TOUCH = (
    update(oauth_client)
    .where(
        oauth_client.c.id == bindparam("of_client"),
        or_(
            oauth_client.c.last_used_at.is_(None),
            oauth_client.c.last_used_at <= bindparam("before", type_=UtcDateTime),
        ),
    )
    .values(last_used_at=_now)
)
_REMOVE = delete(oauth_client).where(oauth_client.c.id == bindparam("of_client"))


class SqlClientRepository:
    """A client has a secret at all times: both are stored in one transaction."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def load(self, *, after: str = "", limit: int | None = None) -> tuple[RegisteredClient, ...]:
        """Read both tables in one statement."""
        if limit is None:
            return await self._read(_ALL.where(_BEHIND), after=after)
        return await self._read(_PAGE, after=after, max_rows=limit)

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        """Read a client by its primary key."""
        return next(iter(await self._read(_GET, of_client=client_id)), None)

    async def find(self, name: str) -> RegisteredClient | None:
        """Read a client by its name."""
        return next(iter(await self._read(_FIND, of_name=name)), None)

    async def add(self, client: Client, secret: ClientSecret) -> None:
        """Insert a row into both tables, unless the name is taken."""
        values = {
            "new_id": client.id,
            "new_name": client.name,
            "new_kind": _SERVICE,
            "new_scopes": " ".join(sorted(client.permissions)),
            "new_audiences": " ".join(client.audiences),
            "new_created_at": client.created_at,
            "new_created_by": client.created_by,
        }
        add = _ADD[self._connections.dialect.name].returning(oauth_client.c.id)

        def work(connection: Connection) -> bool:
            if connection.execute(add, values).one_or_none() is None:
                return False
            connection.execute(insert(client_secret), _row(client.id, secret))
            return True

        if not await self._connections.run_in_transaction(work):
            raise ClientExists

    async def rotate(self, client_id: ClientId, secret: ClientSecret, *, old_expires_at: datetime) -> bool:
        """Update the old secrets, of which there is always one, and insert the new one."""

        def work(connection: Connection) -> bool:
            if connection.execute(_EXISTS, {"of_client": client_id}).one_or_none() is None:
                return False
            ends = {"of_client": client_id, "old_end": old_expires_at, "now": secret.created_at}
            connection.execute(_EXPIRE, ends)
            connection.execute(insert(client_secret), _row(client_id, secret))
            return True

        return await self._connections.run_in_transaction(work)

    async def update(self, client: Client) -> bool:
        """Update the row of the client."""
        values = {
            "of_client": client.id,
            "new_scopes": " ".join(sorted(client.permissions)),
            "new_audiences": " ".join(client.audiences),
            "new_disabled_at": client.disabled_at,
        }
        return bool((await self._connections.execute(_UPDATE, values)).rowcount)

    async def touch(self, client_id: ClientId, *, now: datetime) -> None:
        """Update the row unless its time is recent."""
        values = {"of_client": client_id, "now": now, "before": now - LAST_USE_INTERVAL}
        await self._connections.execute(_TOUCH, values)

    async def remove(self, client_id: ClientId) -> bool:
        """Delete the client; its secrets go with it."""
        return bool((await self._connections.execute(_REMOVE, {"of_client": client_id})).rowcount)

    async def _read(self, statement: Select[Any], **values: object) -> tuple[RegisteredClient, ...]:
        rows = (await self._connections.execute(statement, values)).all()
        return tuple(_registered(list(group)) for _, group in groupby(rows, attrgetter("id")))


def _registered(rows: list[Row[Any]]) -> RegisteredClient:
    client = Client(
        id=ClientId(rows[0].id),
        name=rows[0].name,
        permissions=frozenset(rows[0].scopes.split()),
        audiences=tuple(rows[0].audiences.split()),
        created_at=rows[0].created_at,
        created_by=rows[0].created_by,
        last_used_at=rows[0].last_used_at,
        disabled_at=rows[0].disabled_at,
    )
    secrets = (
        ClientSecret(
            digest=ClientSecretDigest(row.digest), created_at=row.secret_created_at, expires_at=row.expires_at
        )
        for row in rows
    )
    return RegisteredClient(client=client, secrets=tuple(secrets))


def _row(client_id: ClientId, secret: ClientSecret) -> dict[str, object]:
    return {
        "client_id": client_id,
        "digest": secret.digest,
        "created_at": secret.created_at,
        "expires_at": secret.expires_at,
    }
