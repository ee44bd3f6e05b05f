"""See `fastauth.domain.services.ports.ServiceRepository`."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.statements import insert_on_conflict_do_nothing
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.services.tables import service_key, service_row
from fastauth.domain.services.errors import ServiceExists, ServiceNotFound
from fastauth.domain.services.service import RegisteredService, Service, ServiceKey, ServiceKeyDigest

_ALL = (
    select(
        service_row.c.name,
        service_row.c.permissions,
        service_row.c.created_at,
        service_key.c.digest,
        service_key.c.created_at.label("key_created_at"),
        service_key.c.expires_at,
    )
    .join(service_key, service_key.c.service == service_row.c.name)
    .order_by(service_row.c.name, service_key.c.created_at.desc())
)
_ADD = insert_on_conflict_do_nothing(service_row, "name", "permissions", "created_at")
_expire = bindparam("old_expire_at", type_=UtcDateTime)
_EXPIRE = (
    update(service_key)
    .where(
        service_key.c.service == bindparam("of_service"),
        or_(service_key.c.expires_at.is_(None), service_key.c.expires_at > _expire),
    )
    .values(expires_at=_expire)
)
_REMOVE = delete(service_row).where(service_row.c.name == bindparam("of_service"))


class SqlServiceRepository:
    """Services have a key at all times: both are stored in one transaction."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def load(self) -> tuple[RegisteredService, ...]:
        """Read both tables in one statement."""
        rows = (await self._connections.execute(_ALL)).all()
        registered = []
        for _, group in groupby(rows, attrgetter("name")):
            keys = list(group)
            row = keys[0]
            permissions = frozenset(row.permissions.split())
            service = Service(name=row.name, created_at=row.created_at, permissions=permissions)
            stored = tuple(
                ServiceKey(
                    digest=ServiceKeyDigest(key.digest),
                    created_at=key.key_created_at,
                    expires_at=key.expires_at,
                )
                for key in keys
            )
            registered.append(RegisteredService(service=service, keys=stored))
        return tuple(registered)

    async def add(self, service: Service, key: ServiceKey) -> None:
        """Insert a row into both tables, unless the name is taken."""
        values = {
            "new_name": service.name,
            "new_permissions": " ".join(sorted(service.permissions)),
            "new_created_at": service.created_at,
        }
        add = _ADD[self._connections.dialect.name].returning(service_row.c.name)

        def work(connection: Connection) -> bool:
            if connection.execute(add, values).one_or_none() is None:
                return False
            connection.execute(insert(service_key), _row(service.name, key))
            return True

        if not await self._connections.run_in_transaction(work):
            raise ServiceExists

    async def rotate(self, name: str, key: ServiceKey, *, old_expire_at: datetime) -> None:
        """Update the old keys, of which there is always one, and insert the new one."""

        def work(connection: Connection) -> bool:
            is_known = select(service_row.c.name).where(service_row.c.name == name)
            if connection.execute(is_known).one_or_none() is None:
                return False
            connection.execute(_EXPIRE, {"of_service": name, "old_expire_at": old_expire_at})
            connection.execute(insert(service_key), _row(name, key))
            return True

        if not await self._connections.run_in_transaction(work):
            raise ServiceNotFound

    async def remove(self, name: str) -> None:
        """Delete the service; its keys go with it."""
        if not (await self._connections.execute(_REMOVE, {"of_service": name})).rowcount:
            raise ServiceNotFound


def _row(service: str, key: ServiceKey) -> dict[str, object]:
    return {
        "service": service,
        "digest": key.digest,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }
