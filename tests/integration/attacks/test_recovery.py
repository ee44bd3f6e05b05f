"""Recovery on a real database: what an answer reveals, what is stored, and which request wins a race."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import StringIO

import httpx2
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import event, func, literal, make_url, select, union_all
from tests.builders import a_registration
from tests.fakes import FakeMailTransport
from tests.harness.editions import size
from tests.mail_helpers import a_verified_address, deliver, token_of

from fastauth.adapters.passwords import Argon2PasswordHasher, HashingPool
from fastauth.adapters.prometheus import PrometheusInstrumentation
from fastauth.adapters.sql.database.types import metadata
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

VARIES = {"date", "x-request-id"}
CANARY = "canary9c41"
RACERS = size(24, 64)


@dataclass
class Recovery:
    """The application on a real database, without a socket and without a relay in the background."""

    container: Container
    statements: list[str] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def client(self, address: str = "192.0.2.1") -> httpx2.AsyncClient:
        """Return a client at a network address."""
        transport = httpx2.ASGITransport(create_app(self.container), client=(address, 1))
        return httpx2.AsyncClient(transport=transport, base_url="http://fastauth")

    async def rows(self) -> Counter[str]:
        """Return the number of rows of each table."""
        counts = union_all(
            *(
                select(literal(table.name).label("name"), func.count().label("number")).select_from(table)
                for table in metadata.tables.values()
            )
        )
        async with self.container.database().engine.connect() as connection:
            return Counter({row.name: row.number for row in await connection.execute(counts)})

    async def contents(self) -> str:
        """Return all that the database has, as text."""
        async with self.container.database().engine.connect() as connection:
            return "\n".join(
                [
                    repr(tuple(row))
                    for table in metadata.tables.values()
                    for row in (await connection.execute(select(table))).all()
                ]
            )


@pytest.fixture
async def recovery(database_url: str) -> AsyncIterator[Recovery]:
    pool, registry = HashingPool(threads=1), CollectorRegistry()
    container = Container(
        settings=Settings(database_url=make_url(database_url), rate_limits=True),
        hasher=Argon2PasswordHasher(pool=pool, memory_kib=64, time_cost=1, parallelism=1),
        mail_transport=FakeMailTransport(),
        instrumentations=(PrometheusInstrumentation(version="1", workers=1, registry=registry),),
    )
    await start_up(container)
    recovery = Recovery(container, registry=registry)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        recovery.statements.append(statement)

    database = container.database()
    for engine in (database.autocommit.engine, database.engine.sync_engine):
        event.listen(engine, "before_cursor_execute", note)
    yield recovery
    pool.close()
    await shut_down(container)


async def accounts_of_each_kind(recovery: Recovery) -> dict[str, str]:
    """Return what is typed for an account of each kind."""
    names = {}
    for kind in ("without an address", "pending", "verified", "disabled", "over the limit"):
        registration = a_registration()
        names[kind] = registration["username"]
        await recovery.container.register_user()(**registration, address=None)
    addresses = {kind: f"{name}@example.com" for kind, name in names.items()}
    for kind in ("verified", "disabled", "over the limit"):
        await a_verified_address(recovery.container, names[kind], addresses[kind])
    user = await recovery.container.find_user()(username=names["pending"])
    profile = recovery.container.address_profile()
    pending = EmailAddress.parse(addresses["pending"], profile)
    now = recovery.container.clock().now()
    await recovery.container.email_addresses().add_pending(user.id, pending, now=now)
    await recovery.container.disable_user()(username=names["disabled"])
    async with recovery.client() as client:
        await client.post("/password-resets", json={"identifier": names["over the limit"]})
    await deliver(recovery.container)
    return {
        "unknown username": a_registration()["username"],
        "unknown address": f"{a_registration()['username']}@example.com",
        "rubbish": "no such thing at all",
        "nothing": "",
        **{f"username, {kind}": name for kind, name in names.items()},
        **{f"address, {kind}": addresses[kind] for kind in names if kind != "without an address"},
    }


class TestResetRequest:
    async def test_reveals_no_account(self, recovery: Recovery) -> None:
        """R20 (CVE-2026-4633 (Keycloak), CVE-2026-23511, CVE-2024-41952 (Zitadel), CVE-2023-41885 (Piccolo),
        CVE-2021-29621, CVE-2022-21659 (Flask-AppBuilder); CWE-204): responses disclose whether an account
        exists.

        R21 (CVE-2025-6011 (Vault), CVE-2025-54999 (OpenBao); CWE-208): response times disclose whether an
        account exists. Response, statements and new rows are the same for each; each comes from another
        network.
        """
        found = {}
        for number, (kind, identifier) in enumerate((await accounts_of_each_kind(recovery)).items()):
            before = await recovery.rows()
            async with recovery.client(f"198.51.100.{number}") as client:
                recovery.statements.clear()
                answer = await client.post("/password-resets", json={"identifier": identifier})
            statements = list(recovery.statements)
            headers = [each for each in answer.headers.multi_items() if each[0] not in VARIES]
            added = await recovery.rows() - before
            found[kind] = answer.status_code, answer.content, headers, statements, added
        usual = found["unknown username"]
        assert usual[:2] == (202, b"{}")
        assert usual[4] == {"outbox": 1, "tally": 1}
        assert {kind: seen for kind, seen in found.items() if seen != usual} == {}
        sent = Counter(mail.subject for mail in await deliver(recovery.container))
        assert sorted(sent.values()) == [1, 1]  # a link, and an explanation to the pending address


class TestCompletion:
    async def test_one_of_concurrent_requests_succeeds(self, recovery: Recovery) -> None:
        """R51 (GHSA-7w99-5wm4-3g79, CVE-2026-53518 (better-auth), CVE-2026-47386 (NocoDB); CWE-367): a code
        is redeemed twice at once.
        """
        registration = a_registration()
        await recovery.container.register_user()(**registration, address=None)
        await a_verified_address(recovery.container, registration["username"], "ann@example.com")
        async with recovery.client() as client:
            await client.post("/password-resets", json={"identifier": "ann@example.com"})
            token = token_of("fa_pr_", await deliver(recovery.container))
            answers = await asyncio.gather(
                *(
                    client.post(
                        "/password-resets/complete", json={"token": token, "new_password": f"password {n}"}
                    )
                    for n in range(RACERS)
                )
            )
            statuses = Counter(answer.status_code for answer in answers)
            assert statuses[204] == 1
            assert set(statuses) <= {204, 401, 503}  # 503: more wait for the hash than can be served in time
            (winner,) = [n for n, answer in enumerate(answers) if answer.status_code == 204]
            log_in = registration | {"password": f"password {winner}"}
            assert (await client.post("/sessions", json=log_in)).status_code == 201


class TestSecrets:
    async def test_are_nowhere_in_the_clear(self, recovery: Recovery) -> None:
        """R44 (CVE-2020-15105 (django-two-factor-auth), CVE-2021-21416 (django-registration), CVE-2024-8365,
        CVE-2025-62513, CVE-2025-62705 (Vault, OpenBao); CWE-532): secrets in a log, a trail or a report of
        errors.
        """
        log, seen, errors = StringIO(), [], StringIO()
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        registration = a_registration()
        await recovery.container.register_user()(**registration, address=None)
        await a_verified_address(recovery.container, registration["username"], "ann@example.com")
        tokens = []
        async with recovery.client() as client:
            for identifier in (f"{CANARY} typed into the wrong field", "ann@example.com"):
                await client.post("/password-resets", json={"identifier": identifier})
                seen.append(await recovery.contents())
            tokens.append(token_of("fa_pr_", await deliver(recovery.container)))
            seen.append(await recovery.contents())
            for body in (
                {"token": tokens[0], "new_password": f"{CANARY}{'x' * 300}"},
                {"token": f"{tokens[0]}{CANARY}", "new_password": f"{CANARY} password"},
                {"token": tokens[0], "new_password": f"{CANARY} password"},
                {"token": tokens[0], "new_password": f"{CANARY} password"},
            ):
                answer = await client.post("/password-resets/complete", json=body)
                errors.write(f"{answer.status_code} {answer.headers} {answer.text}\n")
            seen.append(await recovery.contents())
        logging.getLogger().removeHandler(handler)
        assert [line[:3] for line in errors.getvalue().splitlines()] == ["422", "401", "204", "401"]
        shown = [*seen, log.getvalue(), errors.getvalue(), generate_latest(recovery.registry).decode()]
        for secret in (CANARY, *tokens, *(token.removeprefix("fa_pr_") for token in tokens)):
            assert [text for text in shown if secret in text] == []
