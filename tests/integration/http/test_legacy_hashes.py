"""Accounts whose passwords others hashed: they log in, and from then on the hash is ours."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import argon2
import bcrypt
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, select
from tests.harness.service import Client, Service
from tests.integration.http.test_sessions import all_at_once

from fastauth.adapters.sql.accounts.tables import user_info

PASSWORD = "zwei Tassen Tee ☕"
SECRET = PASSWORD.encode()


def bcrypted(password: bytes) -> str:
    return bcrypt.hashpw(password, bcrypt.gensalt(4)).decode()


def encoded(key: bytes) -> str:
    return b64encode(key).decode()


def pbkdf2(digest: str) -> str:
    return f"pbkdf2_{digest}$1000$salt${encoded(hashlib.pbkdf2_hmac(digest, SECRET, b'salt', 1_000))}"


def scrypt() -> str:
    return f"scrypt$1024$salt$8$1${encoded(hashlib.scrypt(SECRET, salt=b'salt', n=1_024, r=8, p=1))}"


# The tutorial keeps bcrypt's own format; Django writes "algorithm$" and then what the algorithm needs.
ADOPTED = {
    "tutorial": bcrypted(SECRET),
    "pbkdf2_sha256": pbkdf2("sha256"),
    "pbkdf2_sha1": pbkdf2("sha1"),
    "bcrypt": f"bcrypt${bcrypted(SECRET)}",
    "bcrypt_sha256": f"bcrypt_sha256${bcrypted(hashlib.sha256(SECRET).hexdigest().encode())}",
    "scrypt": scrypt(),
    "argon2": f"argon2{argon2.PasswordHasher(time_cost=2, memory_cost=512, parallelism=8).hash(SECRET)}",
}
HOSTILE = {
    "bcrypt": f"$2b$31${'.' * 53}",
    "bcrypt_sha256": f"bcrypt_sha256$$2b$31${'.' * 53}",
    "pbkdf2_sha256": f"pbkdf2_sha256${10**9}$salt${encoded(bytes(32))}",
    "scrypt": f"scrypt${2**30}$salt$8$1${encoded(bytes(64))}",
    "argon2-of-64-GiB": ADOPTED["argon2"].replace("m=512", f"m={64 * 1024**2}"),
    "argon2-of-a-million-passes": ADOPTED["argon2"].replace("t=2", f"t={10**6}"),
}
DAMAGED = {
    "nothing": "",
    "no-hash": "!",
    "the-password": PASSWORD,
    "half-a-hash": ADOPTED["argon2"][:-3],
    "an-impossible-salt": f"$2b$04${'z' * 53}",
}


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


class TestAdoptedAccount:
    def test_logs_in_and_its_hash_becomes_argon2id(self, empty_database_url: str) -> None:
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

    def test_logs_in_from_many_places_at_once(self, empty_database_url: str) -> None:
        with adopted(empty_database_url, ADOPTED) as (_, client):
            for name in ADOPTED:
                user = {"username": name, "password": PASSWORD}
                answers = all_at_once([partial(client.log_in, user)] * 8)
                assert [answer.status_code for answer in answers] == [201] * 8
                assert [client.me(answer.json()).status_code for answer in answers] == [200] * 8

    def test_is_refused_like_any_other_if_its_hash_is_damaged_or_would_cost_too_much(
        self, empty_database_url: str
    ) -> None:
        with adopted(empty_database_url, HOSTILE | DAMAGED) as (_, client):
            refusal = client.log_in({"username": "nobody", "password": PASSWORD})
            assert refusal.status_code == 401
            for name in HOSTILE | DAMAGED:  # the cheapest would take minutes, and the client waits for less
                answer = client.log_in({"username": name, "password": PASSWORD})
                assert (answer.status_code, answer.content) == (401, refusal.content)
