"""`fastauth keys reseal`: after it the previous secret key is not needed. No table or log shows a secret."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.harness.commands import fastauth, use
from tests.harness.databases import connect

from fastauth.adapters.jose import JoseSecretBox
from fastauth.adapters.sql import Database
from fastauth.adapters.sql.database.types import metadata
from fastauth.domain.one_time_tokens.token import PAYLOAD_PURPOSE, OneTimeTokenCodec, Purpose
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.sealed import PURPOSE as OUTBOX_PURPOSE
from fastauth.domain.secret_key import SecretKey
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

OLD, NEW = "the secret key of last year, 32 bytes", "the secret key of this year, 32 bytes"
OLD_KEY, NEW_KEY = SecretKey(OLD.encode()), SecretKey(NEW.encode())
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTENT = "the content of a mail"
PAYLOAD = "the payload of a token"


async def everything(database: Database) -> str:
    """Return the contents of all tables as one text."""
    async with database.engine.connect() as connection:
        rows = [row for table in metadata.sorted_tables for row in await connection.execute(select(table))]
    return "\n".join(repr(tuple(row)) for row in rows)


async def fill(url: str) -> list[str]:
    """Store a signing key, an entry of the outbox and two tokens; return the texts of the tokens."""
    container = Container(
        settings=Settings(),
        database=(database := connect(url)),
        secret_keys=(OLD_KEY,),
    )
    try:
        await container.rotate_keys()()
        texts = []
        async with container.unit_of_work().begin() as transaction:
            await transaction.outbox.add(OutboxKind.MAIL, {"text": CONTENT}, user_id=None, now=NOW)
            for payload in (
                '{"language":"en"}',
                JoseSecretBox(OLD_KEY).seal(PAYLOAD, purpose=PAYLOAD_PURPOSE),
            ):
                new = OneTimeTokenCodec(OLD_KEY).issue(Purpose.RESET_PASSWORD)
                await transaction.one_time_tokens.issue(
                    digest=new.digest,
                    purpose=Purpose.RESET_PASSWORD,
                    user_id=None,
                    payload=payload,
                    now=NOW,
                    expires_at=NOW + timedelta(minutes=10),
                )
                texts.append(new.text)
            await transaction.commit()
    finally:
        await database.close()
    return texts


async def stored(url: str) -> tuple[list[list[str]], str]:
    """Return signing keys, contents of the outbox and payloads of tokens; and all tables as text."""
    database = connect(url)
    try:
        async with database.engine.connect() as connection:
            columns = [
                list(await connection.scalars(select(table.c[name]).order_by(table.c[key])))
                for table, name, key in (
                    (metadata.tables["signing_key"], "sealed", "number"),
                    (metadata.tables["outbox"], "sealed", "id"),
                    (metadata.tables["one_time_token"], "payload", "id"),
                )
            ]
        return columns, await everything(database)
    finally:
        await database.close()


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    use(monkeypatch, tmp_path, database_url)
    monkeypatch.setenv("FASTAUTH_SECRET_KEY", OLD)
    return database_url


class TestReseal:
    def test_previous_secret_key_is_not_needed_after_it(
        self, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            tokens = asyncio.run(fill(url))
        before, tables = asyncio.run(stored(url))
        for secret in (*tokens, *(text[6:] for text in tokens), OLD, CONTENT, PAYLOAD):
            assert secret not in tables
            assert secret not in caplog.text
        assert tables.count("eyJ") == 3, "the sealed texts are there"

        monkeypatch.setenv("FASTAUTH_SECRET_KEY", NEW)
        alone = fastauth("keys", "reseal")
        assert alone.exit_code == 1
        assert "do not remove a secret key" in alone.output
        assert asyncio.run(stored(url)) == (before, tables)

        monkeypatch.setenv("FASTAUTH_SECRET_KEY_PREVIOUS", OLD)
        first, second = fastauth("keys", "reseal"), fastauth("keys", "reseal")
        assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
        counts = [line.split() for line in first.output.splitlines()]
        for column in ("signing_key.sealed", "outbox.sealed", "one_time_token.payload"):
            assert next(row for row in counts if column in row)[-4:-1] == ["1", "│", "0"], first.output
        resealed, tables = asyncio.run(stored(url))
        (key,), (content,), (kept, payload) = resealed
        box = JoseSecretBox(NEW_KEY)
        assert "EC" in box.open(key, purpose="signing key")
        assert CONTENT in box.open(content, purpose=OUTBOX_PURPOSE)
        assert box.open(payload, purpose=PAYLOAD_PURPOSE) == PAYLOAD
        assert kept == before[2][0]

        monkeypatch.delenv("FASTAUTH_SECRET_KEY_PREVIOUS")
        after = fastauth("keys", "reseal")
        assert (after.exit_code, asyncio.run(stored(url))) == (0, (resealed, tables))
