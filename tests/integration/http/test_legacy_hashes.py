"""Accounts whose passwords others hashed: they log in, and from then on the hash is ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select
from tests.harness.adopted_hashes import ADOPTED, DAMAGED, HOSTILE, PASSWORD
from tests.harness.processes import all_at_once
from tests.harness.service import Client, Service

from fastauth.adapters.sql.accounts.tables import user_info


@contextmanager
def adopted(database_url: str, hashes: dict[str, str]) -> Iterator[tuple[Service, Client]]:
    """Start the service on a table that the tutorial made; each account is named after its hash."""
    engine = create_engine(database_url)
    table = Table(
        "user_info",
        MetaData(),
        Column("id", Integer, primary_key=True, index=True),
        Column("username", String, unique=True),
        Column("password", String),
        Column("fullname", String, unique=True),
    )
    table.create(engine)
    with engine.begin() as connection:
        rows = [{"username": name, "password": hashed, "fullname": name} for name, hashed in hashes.items()]
        connection.execute(table.insert(), rows)
    engine.dispose()
    with Service(database_url) as service, service.client() as client:
        yield service, client


def hash_of(name: str, database_url: str) -> str:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        stored: str | None = connection.scalar(
            select(user_info.c.password).where(user_info.c.username == name)
        )
    engine.dispose()
    assert stored is not None
    return stored


class TestLegacyHash:
    def test_login_replaces_it_by_argon2id(self, empty_database_url: str) -> None:
        with adopted(empty_database_url, ADOPTED) as (_, client):
            for name, before in ADOPTED.items():
                user = {"username": name, "password": PASSWORD}
                assert client.log_in(user, password=PASSWORD.upper()).status_code == 401
                assert hash_of(name, empty_database_url) == before
                assert client.log_in(user).status_code == 201
                after = hash_of(name, empty_database_url)
                assert after.startswith("$argon2id$v=19$m=64,t=1,p=1$")
                assert client.log_in(user).status_code == 201
                assert hash_of(name, empty_database_url) == after
                assert client.log_in(user, password=PASSWORD.upper()).status_code == 401

    def test_concurrent_first_logins_succeed(self, empty_database_url: str) -> None:
        with adopted(empty_database_url, ADOPTED) as (_, client):
            for name in ADOPTED:
                user = {"username": name, "password": PASSWORD}
                answers = all_at_once([partial(client.log_in, user)] * 8)
                assert [answer.status_code for answer in answers] == [201] * 8
                assert [client.me(answer.json()).status_code for answer in answers] == [200] * 8

    def test_damaged_or_expensive_hash_is_a_wrong_password(self, empty_database_url: str) -> None:
        with adopted(empty_database_url, HOSTILE | DAMAGED) as (_, client):
            refusal = client.log_in({"username": "nobody", "password": PASSWORD})
            assert refusal.status_code == 401
            for name in HOSTILE | DAMAGED:  # the cheapest would take minutes, and the client waits for less
                answer = client.log_in({"username": name, "password": PASSWORD})
                assert (answer.status_code, answer.content) == (401, refusal.content)
