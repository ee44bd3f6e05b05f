"""``fastauth`` as an operator types it, and a look at what it left behind."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from tests.harness.fork_server import ForkedProcess, ForkServer
from tests.harness.in_process import Runner
from tests.harness.service import QUICK_HASH, environment
from typer.testing import Result

from fastauth.entrypoints.cli import app


def fastauth(*arguments: str, typed: str | bytes = "") -> Result:
    return Runner().invoke(app, arguments, input=typed)


def use(monkeypatch: pytest.MonkeyPatch, home: Path, database_url: str) -> None:
    """Have the command find these settings and no others."""
    monkeypatch.chdir(home)
    for name, value in (QUICK_HASH | {"FASTAUTH_DATABASE_URL": database_url}).items():
        monkeypatch.setenv(name, value)


def start(*arguments: str, url: str, stdin: str | Path, output: str | Path) -> ForkedProcess:
    """Start the command in a process of its own; see `ForkServer.launch`."""
    here = Path.cwd()
    assert ForkServer.current
    return ForkServer.current.launch(arguments, environment(url), here, here / output, here / stdin)


def execute(url: str, statement: str, **values: object) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found
