"""``fastauth roles``, ``users grant`` and ``users revoke``, on SQLite."""

import json
from pathlib import Path

import pytest
from tests.harness.in_process import Runner
from typer.testing import Result

from fastauth.entrypoints.cli import app
from fastauth.entrypoints.roles_file import RolesFileError, read_roles

ROLES = """
[clerk]
description = "Works on orders"
permissions = ["orders:write", "orders:read"]

[bookkeeper]
permissions = []
"""


def run(*arguments: str, stdin: str | None = None) -> Result:
    return Runner().invoke(app, [*arguments], input=stdin)


@pytest.fixture
def roles_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    assert run("migrate").exit_code == 0
    file = tmp_path / "roles.toml"
    file.write_text(ROLES)
    return file


def test_apply_grant_list_and_revoke(roles_file: Path) -> None:
    path = str(roles_file)
    assert run("roles", "apply", path, "--dry-run").output == "+ bookkeeper\n+ clerk\n"
    assert run("roles", "apply", path, "--check").exit_code == 2
    assert run("roles", "apply", path).output == "+ bookkeeper\n+ clerk\n"
    check = run("roles", "apply", path, "--check")
    assert (check.exit_code, check.output) == (0, "The stored roles are those of the file.\n")

    listed = [json.loads(line) for line in run("roles", "list", "--json").output.splitlines()]
    assert [role["name"] for role in listed] == ["admin", "auditor", "bookkeeper", "clerk"]
    assert listed[3] == {
        "name": "clerk",
        "description": "Works on orders",
        "permissions": ["orders:read", "orders:write"],
        "built_in": False,
    }
    assert "Works on orders" in run("roles", "list").output

    assert run("users", "create", "ann", "--stdin", stdin="a long password\n").exit_code == 0
    assert run("users", "grant", "ann", "clerk").output == "ann has the role clerk\n"
    assert run("users", "grant", "ann", "none").output == "fastauth: No such role\n"
    roles_file.write_text("")
    in_use = run("roles", "apply", path)
    assert (in_use.exit_code, in_use.output) == (1, "fastauth: Users still have these roles: clerk\n")
    assert run("users", "revoke", "ann", "clerk").output == "ann no longer has the role clerk\n"
    assert run("roles", "apply", path).output == "- bookkeeper\n- clerk\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[clerk", "Expected"),
        ("clerk = 1", "clerk: a role has a list of texts `permissions`"),
        ("[clerk]", "clerk: a role has a list of texts `permissions`"),
        ("[clerk]\npermissions = [1]", "clerk: a role has a list of texts `permissions`"),
        ("[clerk]\npermissions = []\nrights = []", "and nothing else"),
        ("[clerk]\npermissions = []\ndescription = 1", "a text `description`"),
        ("[clerk]\npermissions = ['orders']", "clerk: 'orders' is not a permission"),
        ("[admin]\npermissions = []", "admin: This role is built in."),
    ],
)
def test_rejects_files(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "roles.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(RolesFileError, match=message):
        read_roles(file)


def test_rejects_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RolesFileError, match="No such file"):
        read_roles(tmp_path / "none.toml")
    (tmp_path / "roles.toml").write_bytes(b"\xff")
    with pytest.raises(RolesFileError, match="utf-8"):
        read_roles(tmp_path / "roles.toml")
