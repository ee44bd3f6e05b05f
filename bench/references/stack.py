"""A service as a team would write it: FastAPI, SQLAlchemy Core, psycopg and argon2-cffi in one file.

It does the same as `bench.references.bare` with the libraries that fastauth uses. The difference to
fastauth is the cost of fastauth itself. ``python -m bench.references.stack`` serves it; see `bench.servers`.
"""

import asyncio
import json
import os
import threading
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from secrets import token_hex, token_urlsafe
from typing import Annotated, Any

import uvicorn
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import FastAPI, Header, HTTPException
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    Column,
    Executable,
    ForeignKey,
    Identity,
    MetaData,
    Table,
    Text,
    bindparam,
    create_engine,
    insert,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

CONNECTIONS = 10
NICE = 10
LIFETIME = 300  # seconds

metadata = MetaData()
account = Table(
    "account",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("username", Text, unique=True),
    Column("password", Text),
    Column("fullname", Text),
)
session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", ForeignKey(account.c.id)),
    Column("refresh_token", Text),
    Column("expires_at", BigInteger),
)

REGISTER = postgresql.insert(account).on_conflict_do_nothing().returning(account.c.id)
FIND = select(account.c.id, account.c.password).where(account.c.username == bindparam("username"))
BEGIN_SESSION = insert(session)
WHOSE = (
    select(account.c.id, account.c.username, account.c.fullname)
    .join(session, account.c.id == session.c.account_id)
    .where(session.c.id == bindparam("session"), session.c.expires_at > bindparam("now"))
)

hasher = PasswordHasher(
    memory_cost=int(os.environ.get("BENCH_MEMORY_KIB", "19456")),
    time_cost=int(os.environ.get("BENCH_TIME_COST", "2")),
    parallelism=1,
)
threads = ThreadPoolExecutor(
    max(1, len(os.sched_getaffinity(0)) // int(os.environ.get("BENCH_WORKERS", "1"))),
    initializer=lambda: os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE),
)
url = make_url(os.environ["BENCH_DATABASE"]).set(drivername="postgresql+psycopg")
engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0, isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Read the key that all workers share."""
    app.state.key = ECKey.import_key(json.loads(os.environ["BENCH_KEY"]))
    yield
    await engine.dispose()
    threads.shutdown()


app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)


class Credentials(BaseModel):
    """Body of a log-in."""

    username: str
    password: str


class Registration(Credentials):
    """Body of a registration."""

    fullname: str


class Account(BaseModel):
    """An account."""

    id: int
    username: str
    fullname: str


class Tokens(BaseModel):
    """The tokens of a session."""

    access_token: str
    refresh_token: str
    token_type: str = "Bearer"


class Pong(BaseModel):
    """Body of the response to a ping."""

    msg: str = "pong"


async def hashing(work: Callable[[], Any]) -> Any:  # noqa: ANN401  the type that the work returns
    """Run `work` on one of the hashing threads, and return its result."""
    return await asyncio.get_running_loop().run_in_executor(threads, work)


async def fetch(statement: Executable, **values: object) -> Any:  # noqa: ANN401  the type of the row
    """Return the first row, if there is one."""
    async with engine.connect() as connection:
        found = await connection.execute(statement, values)
        return found.first() if found.returns_rows else None


@app.post("/users/register", status_code=201)
async def register(body: Registration) -> Account:
    """Hash the password, then insert the account unless the username exists."""
    hashed = await hashing(lambda: hasher.hash(body.password))
    row = await fetch(REGISTER, username=body.username, password=hashed, fullname=body.fullname)
    if row is None:
        raise HTTPException(409, "Username already registered")
    return Account(id=row.id, username=body.username, fullname=body.fullname)


@app.post("/sessions", status_code=201)
async def log_in(body: Credentials) -> Tokens:
    """Verify the password, store a session, sign an access token."""
    row = await fetch(FIND, username=body.username)
    if row is None or not await hashing(lambda: fits(row.password, body.password)):
        raise HTTPException(401, "Username or password is wrong")
    id_, refresh_token, now = token_hex(16), token_urlsafe(32), int(time.time())
    expires_at = now + LIFETIME
    await fetch(BEGIN_SESSION, id=id_, account_id=row.id, refresh_token=refresh_token, expires_at=expires_at)
    claims = {"sub": str(row.id), "sid": id_, "iat": now, "exp": expires_at, "jti": token_urlsafe(16)}
    token = jwt.encode({"alg": "ES256"}, claims, app.state.key, algorithms=["ES256"])
    return Tokens(access_token=token, refresh_token=refresh_token)


@app.get("/users/me")
async def me(authorization: Annotated[str, Header()]) -> Account:
    """Verify the access token, and return the account of its session."""
    now = int(time.time())
    try:
        token = jwt.decode(authorization.removeprefix("Bearer "), app.state.key, algorithms=["ES256"])
    except (JoseError, ValueError):
        raise HTTPException(401, "The access token is invalid") from None
    row = await fetch(WHOSE, session=token.claims["sid"], now=now) if token.claims["exp"] > now else None
    if row is None:
        raise HTTPException(401, "The access token is invalid")
    return Account(id=row.id, username=row.username, fullname=row.fullname)


@app.get("/ping")
async def ping() -> Pong:
    """Respond without the database."""
    return Pong()


def fits(hashed: str, password: str) -> bool:
    """Return whether the hash is of this password."""
    try:
        return hasher.verify(hashed, password)
    except VerifyMismatchError:
        return False


def main() -> None:
    """Create the tables and a signing key for all workers, and serve."""
    parser = ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    metadata.create_all(create_engine(url))
    os.environ["BENCH_KEY"] = json.dumps(ECKey.generate_key("P-256").as_dict(private=True))
    os.environ["BENCH_WORKERS"] = str(asked.workers)
    uvicorn.run(
        "bench.references.stack:app", port=asked.port, workers=asked.workers, loop="uvloop", http="httptools",
        ws="none", access_log=False, proxy_headers=False, server_header=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main()
