"""What the package imports, and when."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src/fastauth_client").rglob("*.py"))
FRAMEWORKS = {"django", "fastapi", "flask", "pytest", "rest_framework", "starlette"}


def imports_of(source: Path) -> set[str]:
    """Return the top-level packages that a file names in an import, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return {name.partition(".")[0] for name in found}


class TestSources:
    def test_import_nothing_of_the_service(self) -> None:
        assert [source.name for source in SOURCES if "fastauth" in imports_of(source)] == []

    def test_import_frameworks_only_in_the_module_of_each(self) -> None:
        of_frameworks = {
            "django.py", "fastapi.py", "flask.py", "pytest_plugin.py", "rest_framework.py", "starlette.py",
        }  # fmt: skip
        assert {source.name for source in SOURCES if imports_of(source) & FRAMEWORKS} == of_frameworks

    def test_import_only_what_the_package_depends_on(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        assert [each.partition(">")[0] for each in project["dependencies"]] == ["httpx2", "joserfc"]
        of_joserfc = {"cryptography"}
        others = set().union(*map(imports_of, SOURCES)) - set(sys.stdlib_module_names) - FRAMEWORKS
        assert others == {"fastauth_client", "httpx2", "joserfc"} | of_joserfc

    def test_are_small(self) -> None:
        lines = sorted(len(source.read_text().splitlines()) for source in SOURCES)
        assert lines[-1] <= 220
        assert lines[len(lines) // 2] <= 90


class TestImport:
    def test_is_light(self) -> None:
        """Neither the package nor its pytest plugin loads what takes long before it is used."""
        program = (
            "import sys, pytest; known = set(sys.modules);"
            "import fastauth_client, fastauth_client.pytest_plugin;"
            "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - known}))"
        )
        loaded = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout.split()
        assert set(loaded) - set(sys.stdlib_module_names) == {"fastauth_client"}
