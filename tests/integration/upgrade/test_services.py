"""Migration 0018 makes clients of services; their keys go on working."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, create_engine, text
from tests.application import A_SECRET_KEY
from tests.harness.databases import connect
from tests.harness.migrations import migrate_at, migrate_to

from fastauth.adapters.sql import SqlClientRepository
from fastauth.adapters.system_clock import SystemClock
from fastauth.application.clients.authenticate_secret import AuthenticateSecret
from fastauth.domain.clients.client_id import CLIENT_ID
from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.clients.secret import ClientSecretCodec

CODEC = ClientSecretCodec(A_SECRET_KEY)
OLD, NEW, ENDED = ("fa_sk_" + letter * 43 for letter in "abc")


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


def store_services(engine: Engine, now: datetime) -> None:
    """Store two services as a version before 0018 does; one is in the middle of a rotation."""
    at = now.replace(tzinfo=None) if engine.dialect.name == "sqlite" else now
    with engine.begin() as connection:
        for name in ("orders", "powerless"):
            connection.execute(
                text("INSERT INTO service (name, permissions, created_at) VALUES (:name, :may, :at)"),
                {"name": name, "may": "fastauth:revocations.read" if name == "orders" else "", "at": at},
            )
        for key, ends in ((NEW, None), (OLD, timedelta(hours=1)), (ENDED, timedelta(0))):
            (digest,) = CODEC.digests(key)
            connection.execute(
                text(
                    "INSERT INTO service_key (digest, service, created_at, expires_at)"
                    " VALUES (:d, 'orders', :at, :end)"
                ),
                {"d": digest, "at": at, "end": None if ends is None else at + ends},
            )


async def test_services_become_clients(empty_database_url: str, engine: Engine) -> None:
    now = datetime.now(UTC)
    migrate_to("0017", engine)
    store_services(engine, now)
    await migrate_at(empty_database_url)
    database = connect(empty_database_url)
    try:
        clients = SqlClientRepository(connections=database.autocommit)
        (orders,) = await clients.load()
        assert CLIENT_ID.fullmatch(orders.client.id)
        assert (orders.client.name, orders.client.created_at, len(orders.secrets)) == ("orders", now, 3)
        authenticate = AuthenticateSecret(clients=clients, codec=CODEC, clock=SystemClock())
        for key in (NEW, OLD):
            principal = await authenticate(secret=key)
            assert (principal.client_id, principal.permissions) == (
                orders.client.id,
                frozenset({"fastauth:revocations.read"}),
            )
        with pytest.raises(InvalidClient):
            await authenticate(secret=ENDED)
    finally:
        await database.close()
    with engine.connect() as connection:  # the version before goes on with its own tables
        assert connection.scalar(text("SELECT count(*) FROM service_key")) == 3
