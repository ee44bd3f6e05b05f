"""Accounts whose passwords another system hashed: a log-in replaces the hash by one of Argon2id."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select
from tests.harness.adopted_hashes import ADOPTED, DAMAGED, HOSTILE, PASSWORD
from tests.harness.backends import BACKENDS
from tests.harness.databases import postgres_schema
from tests.harness.editions import size
from tests.harness.local_service import LocalService
from tests.harness.processes import all_at_once
from tests.harness.service import Client
from tests.harness.tables import row

from fastauth.adapters.sql.accounts.tables import user_info

UNUSABLE = {f"unusable {name}": hashed for name, hashed in (HOSTILE | DAMAGED).items()}
EVERY_HASH = ADOPTED | UNUSABLE
USES = ("one", "many")
LOGINS = size(4, 8)
"""At once, by one account."""


@pytest.fixture(scope="module", params=BACKENDS)
def adopted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalService]:
    """Return the service on a table that the tutorial made; each account is named after its hash.

    Each of the tests has accounts of its own: one with each hash.
    """
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('adopted')}/adopted.db"
        else:
            url = stack.enter_context(postgres_schema(request.getfixturevalue("postgres")))
        fill(url, {f"{use} {name}": hashed for use in USES for name, hashed in EVERY_HASH.items()})
        yield stack.enter_context(LocalService(url))


@pytest.fixture
def client(adopted: LocalService) -> Iterator[Client]:
    with adopted.client() as client:
        yield client


def fill(database_url: str, hashes: dict[str, str]) -> None:
    """Make the tutorial's table, with these hashes by the names of their accounts."""
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
    def test_login_replaces_it_by_argon2id(self, adopted: LocalService, client: Client) -> None:
        for name, before in ADOPTED.items():
            user = {"username": f"one {name}", "password": PASSWORD}
            stored = partial(hash_of, user["username"], adopted.database_url)
            with row(name):
                assert client.log_in(user, password=PASSWORD.upper()).status_code == 401
                assert stored() == before
                assert client.log_in(user).status_code == 201
                after = stored()
                assert after.startswith("$argon2id$v=19$m=64,t=1,p=1$")
                assert client.log_in(user).status_code == 201
                assert stored() == after
                assert client.log_in(user, password=PASSWORD.upper()).status_code == 401

    def test_concurrent_first_logins_succeed(self, client: Client) -> None:
        for name in ADOPTED:
            user = {"username": f"many {name}", "password": PASSWORD}
            answers = all_at_once([partial(client.log_in, user)] * LOGINS)
            with row(name):
                assert [answer.status_code for answer in answers] == [201] * LOGINS
                assert [client.me(answer.json()).status_code for answer in answers] == [200] * LOGINS

    def test_damaged_or_expensive_hash_is_a_wrong_password(self, client: Client) -> None:
        refusal = client.log_in({"username": "nobody", "password": PASSWORD})
        assert refusal.status_code == 401
        for name in UNUSABLE:  # the cheapest would take minutes, and the client waits for less
            answer = client.log_in({"username": f"one {name}", "password": PASSWORD})
            with row(name):
                assert (answer.status_code, answer.content) == (401, refusal.content)
