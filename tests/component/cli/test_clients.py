"""``fastauth clients``, on SQLite."""

import json
from pathlib import Path

import pytest
from tests.harness.in_process import Runner

from fastauth.entrypoints.cli import app

SHOP, OTHER = "https://shop.example", "https://other.example"


def run(*arguments: str) -> str:
    return Runner().invoke(app, ["clients", *arguments]).output


def audiences() -> list[str]:
    return list(json.loads(run("list", "--json"))["audiences"])


def test_audiences_are_added_and_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Runner().invoke(app, ["migrate"]).exit_code == 0
    assert json.loads(run("create", "orders", "--audience", SHOP, "--json"))["client_id"]
    assert run("add-audience", "orders", OTHER) == f"orders may ask for tokens for {OTHER}\n"
    assert audiences() == [OTHER, SHOP]
    assert run("remove-audience", "orders", SHOP) == f"orders may not ask for tokens for {SHOP}\n"
    assert audiences() == [OTHER]
    assert run("add-audience", "orders", "a b").startswith("fastauth: ")
    assert run("remove-audience", "nobody", SHOP).startswith("fastauth: ")
    assert audiences() == [OTHER]
