"""``fastauth outbox``, as an operator types it. It shows no content and no address."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe

import pytest
from tests.harness.commands import fastauth, rows, use
from tests.harness.databases import connect, unit_of_work

from fastauth.domain.outbox.message import OutboxKind

CONTENT = f"canary-{token_urlsafe(16)}@example.com"


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> str:
    use(monkeypatch, tmp_path, database_url)
    return database_url


@pytest.fixture
def entry_id(url: str) -> str:
    """An entry that is due in an hour."""

    async def add() -> str:
        database, now = connect(url), datetime.now(UTC)
        async with unit_of_work(database).begin() as transaction:
            added = await transaction.outbox.add(
                OutboxKind.MAIL, {"to": CONTENT}, user_id=None, now=now, due_at=now + timedelta(hours=1)
            )
            await transaction.commit()
        await database.close()
        return added

    return asyncio.run(add())


def is_due(url: str) -> bool:
    ((due_at,),) = rows(url, "SELECT due_at FROM outbox")
    due = datetime.fromisoformat(str(due_at))
    return (due if due.tzinfo else due.replace(tzinfo=UTC)) <= datetime.now(UTC)


class TestList:
    def test_shows_what_waits(self, entry_id: str) -> None:
        result = fastauth("outbox", "list")
        assert re.search(rf"{entry_id} │ mail .* 0 +│ waiting", result.output)
        (line,) = fastauth("outbox", "list", "--json").output.splitlines()
        entry = json.loads(line)
        assert (entry["id"], entry["kind"], entry["attempts"], entry["outcome"]) == (
            entry_id,
            "mail",
            0,
            None,
        )
        assert CONTENT not in result.output + line
        assert "sealed" not in entry

    def test_says_if_there_is_nothing(self, entry_id: str) -> None:
        assert entry_id
        result = fastauth("outbox", "list", "--done")
        assert (result.exit_code, result.output) == (0, "fastauth: nothing was closed\n")


class TestRetry:
    @pytest.mark.parametrize("which", ["one", "all"])
    def test_makes_entries_due(self, url: str, entry_id: str, which: str) -> None:
        assert not is_due(url)
        result = fastauth("outbox", "retry", entry_id if which == "one" else "--all")
        assert (result.exit_code, result.output) == (0, "due now: 1\n")
        assert is_due(url)

    def test_of_an_unknown_entry(self, url: str, entry_id: str) -> None:
        result = fastauth("outbox", "retry", entry_id[:-1])
        assert (result.exit_code, result.output) == (
            1,
            "fastauth: no waiting entry has this id, or it is being delivered\n",
        )
        assert not is_due(url)

    @pytest.mark.parametrize("arguments", [[], ["00" * 16, "--all"]])
    def test_requires_one_or_all(self, url: str, arguments: list[str]) -> None:
        assert url
        result = fastauth("outbox", "retry", *arguments)
        assert result.exit_code == 2
        assert "give the ID of an entry, or --all" in result.output
