"""Glossary, errors page and logs page list what the code has: no line is missing, and none is left over."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from prometheus_client import CollectorRegistry

import fastauth.domain
import fastauth.entrypoints.http.app
from fastauth.adapters.prometheus import PrometheusInstrumentation
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.problem_details import (
    CODE_AND_DETAIL_BY_STATUS,
    problem_for_status,
    status_of,
)

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/fastauth"
GLOSSARY = ROOT / "docs/internals/glossary.md"
ERRORS = ROOT / "docs/integrate/errors.md"
OBSERVABILITY = ROOT / "docs/operate/observability.md"
HASH_CODES = ("adapters/passwords/argon2id.py", "adapters/passwords/legacy_hashes.py")
"""The modules in which a violation's code is chosen before the violation is made."""


def section(page: Path, heading: str) -> str:
    """Return the text under the heading of level 2."""
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.M | re.S)
    return str(found)


def listed(page: Path, heading: str) -> list[str]:
    """Return the first cells of the table under the heading."""
    return re.findall(r"^\| `(\w+)` \|", section(page, heading), re.MULTILINE)


def subclasses(kind: type[FastauthError]) -> Iterator[type[FastauthError]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("fastauth."):
            yield each
            yield from subclasses(each)


def framework_statuses() -> set[HTTPStatus]:
    """Return the statuses that the framework and the protocol answer with by themselves."""
    raised = set(CODE_AND_DETAIL_BY_STATUS)
    for file in (SOURCE / "entrypoints/http").rglob("*.py"):
        raised |= {HTTPStatus(int(each)) for each in re.findall(r"HTTPException\((\d{3})", file.read_text())}
    for file in (SOURCE / "entrypoints/http/server").glob("*.py"):
        raised |= {HTTPStatus[each] for each in re.findall(r"HTTPStatus\.(\w+)", file.read_text())}
    return raised


def error_codes() -> set[tuple[int, str]]:
    """Return status and code of every error that a client or an operator can get."""
    for module in walk_packages(fastauth.domain.__path__, "fastauth.domain."):
        import_module(module.name)  # an error of a module that no route uses yet is an error, too
    ours = {
        (int(status_of(each.__new__(each))), each.code)
        for each in subclasses(FastauthError)
        if getattr(each, "code", None)
    }
    return ours | {(int(each), problem_for_status(each).code) for each in framework_statuses()}


@cache
def violation_codes() -> frozenset[str]:
    """Return the codes of all violations in the source."""
    return frozenset(_violation_codes())


def _violation_codes() -> Iterator[str]:
    for file in SOURCE.rglob("*.py"):
        text = file.read_text("utf-8")
        if (
            not re.search(r"Violation\(|InvalidParam\(", text)
            and str(file.relative_to(SOURCE)) not in HASH_CODES
        ):
            continue  # to parse all files takes most of a second
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Name("Violation"), args=[_, ast.Constant(code), *_]):
                    yield str(code)
                case ast.Call(func=ast.Name("Violation"), args=[_, *_]):
                    assert str(file.relative_to(SOURCE)) in HASH_CODES
                case ast.Call(func=ast.Name("InvalidParam"), keywords=keywords):
                    yield from (
                        str(each.value.value)
                        for each in keywords
                        if each.arg == "code" and isinstance(each.value, ast.Constant)
                    )
                case ast.Tuple([ast.Constant(str(code)), _]) if str(file.relative_to(SOURCE)) in HASH_CODES:
                    yield from re.findall(r"^\w+_hash$", code)


def metrics() -> set[str]:
    """Return the names of all metrics, as Prometheus shows them."""
    registry = CollectorRegistry()
    PrometheusInstrumentation(version="0", workers=1, registry=registry)
    return {each.name + "_total" * (each.type == "counter") for each in registry.collect()}


class TestGlossary:
    def test_lists_every_event_type(self) -> None:
        assert sorted(listed(GLOSSARY, "Event types")) == sorted(EventType)

    def test_lists_every_error_code(self) -> None:
        assert sorted(listed(GLOSSARY, "Error codes")) == sorted({code for _, code in error_codes()})

    def test_lists_every_violation_code(self) -> None:
        assert sorted(listed(GLOSSARY, "Codes of violations")) == sorted(violation_codes())

    def test_lists_every_metric(self) -> None:
        assert sorted(listed(GLOSSARY, "Metrics")) == sorted(metrics())

    @pytest.mark.parametrize("heading", ["Words", "Event types", "Error codes", "Codes of violations"])
    def test_defines_each_word_in_one_sentence(self, heading: str) -> None:
        rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section(GLOSSARY, heading), re.MULTILINE)
        words = [word for word, meaning in rows if meaning not in {"Meaning", "---"}]
        assert len(words) == len(set(words)) > 0
        assert [word for word, meaning in rows if not re.fullmatch(r"[^.]*(\.\w[^.]*)*\.", meaning)] == [
            word for word, meaning in rows if meaning == "Meaning"
        ]


class TestErrorTree:
    def test_docstring_draws_every_error_of_the_domain(self) -> None:
        error_codes()  # imports every module of the domain
        drawn = re.findall(r"── (\w+)", fastauth.domain.errors.__doc__ or "")
        errors = {
            each for each in subclasses(FastauthError) if each.__module__.startswith("fastauth.domain.")
        }
        assert sorted(drawn) == sorted(each.__name__ for each in errors)


class TestErrors:
    def test_lists_every_code_with_its_status(self) -> None:
        rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", section(ERRORS, "Codes"), re.MULTILINE)
        assert sorted((int(status), code) for status, code in rows) == sorted(error_codes())

    def test_lists_violations_that_exist(self) -> None:
        assert set(listed(ERRORS, "Codes of violations")) <= violation_codes()


class TestLoggers:
    def test_lists_every_logger(self) -> None:
        source = "".join(file.read_text("utf-8") for file in SOURCE.rglob("*.py"))
        names = set(re.findall(r'(?:getLogger\(|\blogger=)"(fastauth\.[\w.]+)"', source))
        rows = OBSERVABILITY.read_text("utf-8").partition("### Loggers\n")[2].partition("\n#")[0]
        assert sorted(re.findall(r"^\| `([\w.]+)` \|", rows, re.MULTILINE)) == sorted(names)
