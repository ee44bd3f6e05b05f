"""What the source must not do, and what must not be installed beside it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]

SECRET = re.compile(r"digest|token|secret|password|hash|signature|cookie", re.IGNORECASE)

NO_COMPARISON_OF_SECRETS = {
    "form == password.text",  # two forms of the password that was just sent
    "lib.argon2_verify(_TEST_HASH, password, len(password), lib.Argon2_id) == lib.ARGON2_OK",  # a status
    "current_hash != stored_hash",  # whether the verified hash was replaced by a stronger one
    "_secret_key_id(sealed) != self._newest",  # public ids of keys
    "body.method == PASSWORD",  # the name of a method
    "token.client_id == client_id",  # from here on: claims of a token whose signature is verified
    "token.audience != caller.client_id",
    *(f"self.value == token.{claim}" for claim in ("id", "session_id", "subject", "client_id")),
}

EXEMPT = re.compile(r"entrypoints/(?!http/)|application/accounts/validate_record\.py|adapters/sql/")
"""What only an operator reaches, settings, commands and files of the operator's own; and SQL, where ``==``
makes a statement. Tokens are looked up there by their keyed digests, from whose timing nothing follows."""

BEGIN = r"\.(begin|share)\("
"""The begin of a transaction."""

HTTP_CLIENTS = re.compile(
    r"(aiohttp|httpcore2?|httpx2?|requests|urllib\.request|urllib3|http\.client\.HTTPS?Connection)\b"
)


parsed = cache(ast.parse)


def trees(having: str = "") -> Iterator[tuple[str, ast.Module]]:
    """Yield every module in whose text `having` is found, with its name."""
    for path in sorted((ROOT / "src/fastauth").rglob("*.py")):
        source = path.read_text("utf-8")
        if re.search(having, source):
            yield str(path.relative_to(ROOT / "src/fastauth")), parsed(source)


def compares_a_secret(node: ast.AST) -> bool:
    """Return whether an expression compares by ``==`` or ``!=`` something that is named like a secret."""
    if not isinstance(node, ast.Compare) or not all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) and side.value in (None, "", 0) for side in sides):
        return False
    names = [ast.unparse(side) for side in sides if not isinstance(side, ast.Constant)]
    lengths = [name for name in names if name.startswith("len(")]
    return not lengths and any(SECRET.search(name) for name in names)


def imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class TestSource:
    def test_request_url_is_not_used(self) -> None:
        """R1 (CVE-2026-48710; CWE-807): `request.url` is put together from the header Host."""
        found = [
            f"{name}: {ast.unparse(node)}"
            for name, tree in trees(having="url")
            if name.startswith("entrypoints/")  # where requests come in
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr in {"url", "base_url", "url_for"}
            and ast.unparse(node.value).endswith("request")
        ]
        assert found == []

    def test_secrets_are_not_compared_by_equality(self) -> None:
        """R30 (CVE-2024-52307; CWE-208): `==` takes longer the more of a secret is right."""
        found = {
            ast.unparse(node)
            for name, tree in trees(having="[!=]=")
            if not EXEMPT.match(name)
            for node in ast.walk(tree)
            if compares_a_secret(node)
        }
        assert found - NO_COMPARISON_OF_SECRETS == set()
        assert compares_a_secret(ast.parse("sent_token == self._token", mode="eval").body)
        assert not compares_a_secret(ast.parse("len(token) == 43", mode="eval").body)

    def test_one_http_client(self) -> None:
        """R48 (GHSA-5rr4-8452-hf4v; CWE-918): code that fetches a given URL checks its host."""
        some = r"aiohttp|http(?:core|x)|requests|urllib|http\.client|import FastAPI"
        imported = {name: set(imports_of(tree)) for name, tree in trees(having=some)}
        asking = {name for name, modules in imported.items() if any(map(HTTP_CLIENTS.match, modules))}
        vetted = {name for name in asking if name.startswith("adapters/outbound/")}
        assert "adapters/outbound/http.py" in vetted
        assert asking - vetted == {"entrypoints/cli/health.py"}  # a request to this machine
        assert "fastapi.FastAPI" in imported["entrypoints/http/app.py"]  # imports are found at all


class TestTransactions:
    def test_await_nothing_outside_of_them(self) -> None:
        """A transaction has one connection.

        If it waited for a second one while it has the first, as many requests as there are connections would
        wait for each other until their deadline.
        """
        found = [
            f"{name}: {call}"
            for name, tree in trees(having=BEGIN)
            if name.startswith("application/")
            for block in ast.walk(tree)
            if isinstance(block, ast.AsyncWith) and re.search(BEGIN, ast.unparse(block.items[0]))
            for call in (ast.unparse(node.value) for node in ast.walk(block) if isinstance(node, ast.Await))
            if call.startswith("self.") and not re.search(r"\b(transaction|act)\b", call)
        ]
        assert found == []


class TestPackages:
    def test_no_form_parser(self) -> None:
        """R2 (CVE-2024-47874, CVE-2024-53981, CVE-2024-24762; CWE-770, CWE-1333): no form is parsed."""
        locked = (ROOT / "requirements/run.txt").read_text()
        assert "starlette==" in locked
        assert re.findall(r"^(?:python-)?multipart==", locked, re.MULTILINE) == []
        assert (find_spec("multipart"), find_spec("python_multipart")) == (None, None)
