"""The table of advisories and the tests that it names, held to each other."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLASSES = 62

Tests = dict[str, set[int]]


def table() -> dict[int, tuple[str, list[str]]]:
    """Return by the number of each class whether it applies, and its tests."""
    page = (ROOT / "docs/internals/advisories.md").read_text("utf-8")
    rows = re.findall(r"^\| R(\d+) \|[^|]*\|[^|]*\|[^|]*\| ([^|]*) \| ?([^|]*) ?\|$", page, re.MULTILINE)
    return {int(number): (applies, re.findall(r"`([^`]+)`", tests)) for number, applies, tests in rows}


def numbered_tests() -> Tests:
    """Return the numbers in the docstrings of all tests that have any."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        source = path.read_text("utf-8")
        if not re.search(r'^ *(?:""")?R\d', source, re.MULTILINE):
            continue  # to parse every test takes a second
        tree = ast.parse(source)
        suites = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for prefix, body in [("", tree.body), *((f"{suite.name}::", suite.body) for suite in suites)]:
            for test in body:
                if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
                    numbers = re.findall(r"^R(\d+)\b", ast.get_docstring(test) or "", re.MULTILINE)
                    if numbers:
                        name = f"{path.relative_to(ROOT)}::{prefix}{test.name}"
                        found[name] = {int(number) for number in numbers}
    return found


class TestAdvisories:
    def test_table_is_complete(self) -> None:
        assert sorted(table()) == list(range(1, CLASSES + 1))

    def test_each_has_a_test_or_a_reason(self) -> None:
        for number, (applies, tests) in table().items():
            assert (applies == "yes") == bool(tests), number
            assert applies == "yes" or re.fullmatch(r"not yet: .{10,}", applies), number

    def test_tests_and_table_name_each_other(self) -> None:
        named: Tests = defaultdict(set)
        for number, (_, tests) in table().items():
            for test in tests:
                named[test].add(number)
        assert named == numbered_tests()
