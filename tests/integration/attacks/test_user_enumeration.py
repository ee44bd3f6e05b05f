"""A refusal does not reveal whether there is such an account: not in its bytes, nor in its work."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx2
import pytest
from sqlalchemy import event, make_url, update
from tests import legacy_hashes
from tests.builders import a_registration, an_address
from tests.factor_helpers import enrol

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.adapters.passwords.verifier import Verifier
from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

RIGHT, WRONG = "sntsh", "hstns"
NO_HASHES = {
    "no hash": "",
    "no password": PasswordHash.unusable().encoded,
    "a damaged hash": "$argon2id$v=19$m=64,t=1,p=1$x$x",
}
IMPORTED = {
    kind: legacy_hashes.SLOW[kind]
    for kind in ("passlib ldap_bcrypt", "werkzeug scrypt", "passlib pbkdf2_sha256", "passlib sha512_crypt")
} | {"another Argon2id": "$argon2id$v=19$m=128,t=3,p=1$c2FsdHNhbHRzYWx0$" + "A" * 43}
VARIES = {"date", "x-request-id"}
ONE_GUESS_EACH = {
    "rate_limits": True,
    "lockout_threshold": 1,
    "rate_limit_logins_per_network": 1_000,
    "rate_limit_failures_per_network": 1_000,
}


@dataclass
class Work:
    """The calls of the adapters: statements by their text, passwords by their number."""

    statements: list[str] = field(default_factory=list)
    verified: int = 0
    hashed: int = 0
    computed: Counter[str] = field(default_factory=Counter)
    """How much of each kind of hash, in the kind's own unit."""


class CountingHasher(Argon2PasswordHasher):
    work: Work

    async def hash(self, password: Password) -> PasswordHash:
        self.work.hashed += 1
        return await super().hash(password)

    async def verify_and_update(self, password: Password, stored: PasswordHash | None) -> PasswordHash:
        self.work.verified += 1
        return await super().verify_and_update(password, stored)

    def _matches(self, check: Verifier, spelling: str) -> bool:
        self.work.computed[check.family] += check.amount
        return super()._matches(check, spelling)

    def _compute(self, check: Verifier, amount: int, spelling: str) -> None:
        self.work.computed[check.family] += amount
        super()._compute(check, amount, spelling)


class Refusal(NamedTuple):
    """The answer to a log-in, and the work for it, which only its duration shows."""

    answer: tuple[int, list[tuple[str, str]], bytes]
    work: Work
    look_ups: tuple[tuple[str, Any], tuple[str, Any]]
    """The statements and parameters that look up a user name and an address."""


@dataclass
class Observed:
    """The application on a real database, without a socket, and what each log-in has it do."""

    container: Container
    client: httpx2.AsyncClient
    work: Work = field(default_factory=Work)
    look_up: tuple[str, Any] = ("", ())
    address_look_up: tuple[str, Any] = ("", ())

    async def of(self, username: str, password: str) -> "Refusal":
        self.work.statements, self.work.verified, self.work.hashed = [], 0, 0
        self.work.computed.clear()
        answer = await self.client.post("/sessions", json={"username": username, "password": password})
        work = self.work
        return Refusal(
            bytes_of(answer),
            Work(list(work.statements), work.verified, work.hashed, work.computed.copy()),
            (self.look_up, self.address_look_up),
        )

    async def rows_of(self, look_up: tuple[str, Any]) -> int:
        """Return how many rows a statement of a log-in reads."""
        statement, parameters = look_up
        async with self.container.database().engine.connect() as connection:
            return len((await connection.exec_driver_sql(statement, parameters)).all())


@pytest.fixture
async def observed(database_url: str) -> AsyncIterator[Observed]:
    pool = HashingPool(threads=1)
    hasher = CountingHasher(pool=pool, memory_kib=64, time_cost=1, parallelism=1)
    settings = Settings(database_url=make_url(database_url), **ONE_GUESS_EACH)  # type: ignore[arg-type]  # numbers
    container = Container(settings=settings, hasher=hasher)
    await start_up(container)
    transport = httpx2.ASGITransport(create_app(container))
    async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
        observed = Observed(container, client)
        hasher.work = observed.work

        def note(_connection: object, _cursor: object, statement: str, *others: object) -> None:
            observed.work.statements.append(statement)
            if "address_key" in statement:
                observed.address_look_up = statement, others[0]
            elif "user_info" in statement:
                observed.look_up = statement, others[0]

        event.listen(container.database().autocommit.engine, "before_cursor_execute", note)
        yield observed
    pool.close()
    await shut_down(container)


async def refused(observed: Observed) -> dict[str, tuple[str, str]]:
    """Return a log-in of each kind that is refused."""
    names = {}
    for kind in (
        "known",
        "disabled",
        "disabled too",
        "guessed at",
        "imported and disabled",
        "with a second factor",
        *NO_HASHES,
        *IMPORTED,
    ):
        registration = a_registration(password=RIGHT)
        names[kind] = registration["username"]
        user = await observed.container.register_user()(**registration, address=None)
        if kind == "with a second factor":
            await enrol(observed.container, user.id)
    for kind in ("disabled", "disabled too", "imported and disabled"):
        await observed.container.disable_user()(username=names[kind])
    names["nobody, guessed at"] = a_registration()["username"]
    for kind in ("guessed at", "nobody, guessed at"):
        await observed.of(names[kind], WRONG)
    stored_hashes = {**NO_HASHES, **IMPORTED, "imported and disabled": IMPORTED["werkzeug scrypt"]}
    async with observed.container.database().engine.begin() as connection:
        for kind, stored in stored_hashes.items():
            one = user_info.c.username == names[kind]
            await connection.execute(update(user_info).where(one).values(password=stored))
    await observed.container.learn_hash_kinds()()
    return {
        "unknown name": (a_registration()["username"], RIGHT),
        "wrong password": (names["known"], WRONG),
        "wrong password before a second factor": (names["with a second factor"], WRONG),
        "empty password": (names["known"], ""),
        "too long a password": (names["known"], "p" * 257),
        "unknown name, empty password": (a_registration()["username"], ""),
        "disabled, wrong password": (names["disabled"], WRONG),
        "disabled, right password": (names["disabled too"], RIGHT),
        "over the limit, wrong password": (names["guessed at"], WRONG),
        "over the limit, right password": (names["guessed at"], RIGHT),
        "over the limit, unknown name": (names["nobody, guessed at"], RIGHT),
        "imported and disabled, right password": (names["imported and disabled"], legacy_hashes.PASSWORD),
    } | {kind: (names[kind], RIGHT) for kind in (*NO_HASHES, *IMPORTED)}


async def refused_by_address(observed: Observed) -> dict[str, tuple[str, str]]:
    """Return a log-in by e-mail address of each kind that is refused."""
    container = observed.container
    addresses, now = container.email_addresses(), container.clock().now()
    of = {kind: an_address() for kind in ("known", "disabled", "pending", "replaced", "guessed at")}
    for kind, address in of.items():
        registration = a_registration(password=RIGHT, email=address.text)
        user = await container.register_user()(**registration, address=None)
        if kind != "pending":
            await addresses.verify(user.id, address.key, now=now)
        if kind == "disabled":
            await container.disable_user()(username=registration["username"])
        if kind == "replaced":
            await addresses.remove(user.id, now=now)
    of["nobody, guessed at"] = an_address()
    for kind in ("guessed at", "nobody, guessed at"):
        await observed.of(of[kind].text, WRONG)
    return {
        "unknown address": (an_address().text, RIGHT),
        "wrong password": (of["known"].text, WRONG),
        "wrong password, another spelling": (of["known"].text.upper(), WRONG),
        "empty password": (of["known"].text, ""),
        "disabled, right password": (of["disabled"].text, RIGHT),
        "pending, right password": (of["pending"].text, RIGHT),
        "replaced, right password": (of["replaced"].text, RIGHT),
        "over the limit, right password": (of["guessed at"].text, RIGHT),
        "over the limit, unknown address": (of["nobody, guessed at"].text, RIGHT),
        "no address": (f"{a_registration()['username']}@", RIGHT),
    }


def differing(found: dict[str, Refusal], usual: Refusal) -> dict[str, Refusal]:
    """Return the refusals whose answer or work is another one."""
    return {kind: each for kind, each in found.items() if each[:2] != usual[:2]}


class TestFailedLoginByAddress:
    async def test_answer_and_work_are_the_same_for_every_reason(self, observed: Observed) -> None:
        """R20: responses disclose whether an address is known.

        R21: response times disclose whether an address is known.
        """
        sent = await refused_by_address(observed)
        found = {kind: await observed.of(*credentials) for kind, credentials in sent.items()}
        usual = found["unknown address"]
        assert usual.answer[0] == 401
        assert len([each for each in usual.work.statements if "address_key" in each]) == 2
        assert (usual.work.verified, usual.work.hashed) == (1, 0)
        assert differing(found, usual) == {}
        rows = {kind: await observed.rows_of(each.look_ups[1]) for kind, each in found.items()}
        assert rows == dict.fromkeys(found, 1)


class TestFailedLogin:
    async def test_answer_and_work_are_the_same_for_every_reason(self, observed: Observed) -> None:
        """R20: responses disclose whether an account exists.

        CVE-2026-4633 (Keycloak), CVE-2026-23511, CVE-2024-41952 (Zitadel), CVE-2023-41885 (Piccolo),
        CVE-2021-29621, CVE-2022-21659 (Flask-AppBuilder); CWE-204.

        R21: response times disclose whether an account exists.

        CVE-2025-6011 (Vault), CVE-2025-54999 (OpenBao); CWE-208.
        """
        sent = await refused(observed)
        found = {kind: await observed.of(*credentials) for kind, credentials in sent.items()}
        usual = found["unknown name"]
        assert usual.answer[0] == 401
        assert len([each for each in usual.work.statements if "user_info" in each]) == 1
        assert usual.work.statements[-1].startswith("INSERT INTO event")
        assert (usual.work.verified, usual.work.hashed) == (1, 0)
        assert len(usual.work.computed) >= 1 + len(IMPORTED)
        assert differing(found, usual) == {}
        rows = {kind: await observed.rows_of(each.look_ups[0]) for kind, each in found.items()}
        assert rows == dict.fromkeys(found, 1)


def bytes_of(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name, value) for name, value in answer.headers.multi_items() if name not in VARIES]
    return answer.status_code, headers, answer.content
