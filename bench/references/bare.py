"""The minimum of a Python service: Starlette, psycopg and argon2-cffi without a layer between.

Registers, logs in, returns the account of an access token, responds to pings. It has no rules for
usernames, no rate limits, no problem details and no log.
``python -m bench.references.bare`` serves it; see `bench.servers`.
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
from typing import Any

import psycopg
import uvicorn
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

CONNECTIONS = 10
NICE = 10
LIFETIME = 300  # seconds

SCHEMA = """
CREATE TABLE account (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, username text UNIQUE, password text, fullname text);
CREATE TABLE session (
  id text PRIMARY KEY, account_id bigint REFERENCES account, refresh_token text, expires_at bigint)
"""
REGISTER = """
INSERT INTO account (username, password, fullname) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
"""
FIND = "SELECT id, password FROM account WHERE username = %s"
BEGIN_SESSION = "INSERT INTO session (id, account_id, refresh_token, expires_at) VALUES (%s, %s, %s, %s)"
WHOSE = """
SELECT account.id, username, fullname FROM session JOIN account ON account.id = account_id
WHERE session.id = %s AND expires_at > %s
"""

hasher = PasswordHasher(
    memory_cost=int(os.environ.get("BENCH_MEMORY_KIB", "19456")),
    time_cost=int(os.environ.get("BENCH_TIME_COST", "2")),
    parallelism=1,
)
threads = ThreadPoolExecutor(
    max(1, len(os.sched_getaffinity(0)) // int(os.environ.get("BENCH_WORKERS", "1"))),
    initializer=lambda: os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE),
)
connections: asyncio.LifoQueue[psycopg.AsyncConnection[Any]] = asyncio.LifoQueue()


async def hashing(work: Callable[[], str | bool]) -> str | bool:
    """Run `work` on one of the hashing threads, and return its result."""
    return await asyncio.get_running_loop().run_in_executor(threads, work)


async def fetch(statement: str, *values: object) -> Any:  # noqa: ANN401  the type of the row
    """Return the first row, if there is one."""
    connection = await connections.get()
    try:
        cursor = await connection.execute(statement.encode(), values)
        return await cursor.fetchone() if cursor.description else None
    finally:
        connections.put_nowait(connection)


async def register(request: Request) -> JSONResponse:
    """Hash the password, then insert the account unless the username exists."""
    body = await request.json()
    hashed = await hashing(lambda: hasher.hash(body["password"]))
    row = await fetch(REGISTER, body["username"], hashed, body["fullname"])
    if row is None:
        return JSONResponse({"detail": "Username already registered"}, 409)
    return JSONResponse({"id": row[0], "username": body["username"], "fullname": body["fullname"]}, 201)


async def log_in(request: Request) -> JSONResponse:
    """Verify the password, store a session, sign an access token."""
    body = await request.json()
    row = await fetch(FIND, body["username"])
    if row is None or not await hashing(lambda: fits(row[1], body["password"])):
        return JSONResponse({"detail": "Username or password is wrong"}, 401)
    session, refresh_token, now = token_hex(16), token_urlsafe(32), int(time.time())
    await fetch(BEGIN_SESSION, session, row[0], refresh_token, now + LIFETIME)
    claims = {"sub": str(row[0]), "sid": session, "iat": now, "exp": now + LIFETIME, "jti": token_urlsafe(16)}
    token = jwt.encode({"alg": "ES256"}, claims, request.app.state.key, algorithms=["ES256"])
    return JSONResponse({"access_token": token, "refresh_token": refresh_token, "token_type": "Bearer"}, 201)


async def me(request: Request) -> JSONResponse:
    """Verify the access token, and return the account of its session."""
    token, now = request.headers.get("authorization", "").removeprefix("Bearer "), int(time.time())
    try:
        claims = jwt.decode(token, request.app.state.key, algorithms=["ES256"]).claims
    except (JoseError, ValueError):
        claims = {"exp": 0}
    row = await fetch(WHOSE, claims["sid"], now) if claims["exp"] > now else None
    if row is None:
        return JSONResponse({"detail": "The access token is invalid"}, 401)
    return JSONResponse({"id": row[0], "username": row[1], "fullname": row[2]})


async def ping(_request: Request) -> JSONResponse:
    """Respond without the database."""
    return JSONResponse({"msg": "pong"})


def fits(hashed: str, password: str) -> bool:
    """Return whether the hash is of this password."""
    try:
        return hasher.verify(hashed, password)
    except VerifyMismatchError:
        return False


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open all connections at the start, close them at the end."""
    app.state.key = ECKey.import_key(json.loads(os.environ["BENCH_KEY"]))
    for _ in range(CONNECTIONS):
        connections.put_nowait(
            await psycopg.AsyncConnection.connect(os.environ["BENCH_DATABASE"], autocommit=True)
        )
    yield
    while not connections.empty():
        await connections.get_nowait().close()
    threads.shutdown()


app = Starlette(
    routes=[
        Route("/users/register", register, methods=["POST"]),
        Route("/sessions", log_in, methods=["POST"]),
        Route("/users/me", me),
        Route("/ping", ping),
    ],
    lifespan=lifespan,
)


def main() -> None:
    """Create the tables and a signing key for all workers, and serve."""
    parser = ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with psycopg.connect(os.environ["BENCH_DATABASE"], autocommit=True) as connection:
        connection.execute(SCHEMA)
    os.environ["BENCH_KEY"] = json.dumps(ECKey.generate_key("P-256").as_dict(private=True))
    os.environ["BENCH_WORKERS"] = str(asked.workers)
    uvicorn.run(
        "bench.references.bare:app", port=asked.port, workers=asked.workers, loop="uvloop", http="httptools",
        ws="none", access_log=False, proxy_headers=False, server_header=False, log_level="warning",
    )  # fmt: skip


if __name__ == "__main__":
    main()
