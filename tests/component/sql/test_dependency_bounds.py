"""Libraries whose undocumented parts are used are bounded to one minor version."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


@pytest.mark.parametrize("library", ["aiosqlite", "prometheus-client", "psycopg", "sqlalchemy"])
def test_installed_minor_version_is_the_only_one_allowed(library: str) -> None:
    major, minor = map(int, version(library).split(".")[:2])
    dependencies = tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]
    (bounds,) = [each for each in dependencies if re.match(rf"{library}\b", each)]
    assert f">={major}.{minor}" in bounds
    assert bounds.endswith(f",<{major}.{minor + 1}")
