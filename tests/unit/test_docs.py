"""What the documentation shows is what the tests run."""

import re
from pathlib import Path

import pytest

from fastauth.adapters.passwords.foreign import ARGON2_WRAPPERS, WRAPPERS
from fastauth.adapters.passwords.formats import FORMATS
from fastauth.adapters.sql.tables import metadata
from fastauth.domain.throttling import Limits
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.production import RULES
from fastauth.entrypoints.production.rule import nothing
from fastauth.entrypoints.settings import Settings

ROOT = Path(__file__).parents[2]


class TestVerifyingTokens:
    @pytest.mark.parametrize(
        "file",
        [
            "published_keys.py",
            "with_pyjwt.py",
            "with_joserfc.py",
            "with_jose.mjs",
            "AccessTokens.java",
            "verify.go",
            "haproxy.cfg",
        ],
    )
    def test_shows_the_code_that_is_tested(self, file: str) -> None:
        page = (ROOT / "docs/verifying-tokens.md").read_text()
        code = (ROOT / "tests/interop" / file).read_text()
        assert code.replace("from tests.interop.published_keys", "from published_keys") in page


class TestTour:
    def test_quotes_the_code_as_it_is(self) -> None:
        page = (ROOT / "docs/tour.md").read_text()
        source = {
            line.strip() for file in (ROOT / "src").rglob("*.py") for line in file.read_text().splitlines()
        }
        quoted = [
            line.strip()
            for excerpt in re.findall(r"```python\n(.*?)```", page, re.DOTALL)
            for line in excerpt.splitlines()
            if line.strip() not in {"", "..."}
        ]
        assert quoted
        assert [line for line in quoted if line not in source] == []


class TestOperations:
    def test_shows_the_configuration_of_haproxy_that_is_tried(self) -> None:
        page = (ROOT / "docs/operations.md").read_text()
        assert f"```haproxy\n{(ROOT / 'faults/haproxy.cfg').read_text()}```" in page

    def test_lists_what_production_refuses_and_warns_of(self) -> None:
        page = (ROOT / "docs/operations.md").read_text()
        rows = [f"| {rule.subject} | {rule.refused} | {rule.warned} |" for rule in RULES]
        table = "\n".join(["| What | Production refuses | Production warns of |", "|---|---|---|", *rows, ""])
        assert table in page
        assert all(bool(rule.refused) == (rule.refusal is not nothing) for rule in RULES)
        assert all(bool(rule.warned) == (rule.warning is not nothing) for rule in RULES)


class TestReadme:
    def test_lists_every_setting(self) -> None:
        listed = re.findall(r"^\| `(FASTAUTH_\w+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
        fields = [f"FASTAUTH_{field.upper()}" for field in Settings.model_fields]
        assert listed == [*fields, "FASTAUTH_SECRETS_DIR"]


class TestUsers:
    def test_lists_every_hash_that_is_understood(self) -> None:
        (section,) = re.findall(
            r"### Which hashes\n(.*?)\nOthers hashed", (ROOT / "docs/users.md").read_text(), re.DOTALL
        )
        cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
        listed = {prefix for cell in cells for prefix in re.findall(r"`([^`]+)`", cell)}
        argon2 = {"$argon2id$", "$argon2i$", "$argon2d$", "argon2$"}
        wrappers = {each for each in (*WRAPPERS, *ARGON2_WRAPPERS) if each != "argon2"}
        assert listed == {each.prefix for each in FORMATS} | wrappers | argon2


class TestGuessing:
    def test_has_the_numbers_that_are_in_force(self) -> None:
        page = (ROOT / "docs/guessing.md").read_text()
        rows = {
            name: {int(number) for number in re.findall(r"\b\d+\b", rule)}
            for rule, name in re.findall(r"^\|(.*)\| `FASTAUTH_(LIMIT_\w+)` \|", page, re.MULTILINE)
        }
        settings = {name: field for name, field in Settings.model_fields.items() if name.startswith("limit_")}
        assert rows.keys() == {name.upper() for name in settings}
        for name, field in settings.items():
            assert field.default in rows[name.upper()], name

    def test_has_the_numbers_that_the_domain_suggests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_LIMITS", "on")
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", "the secret key of the tests, 32 bytes")
        assert Container(settings=Settings()).throttle().limits == Limits()


class TestData:
    def test_classifies_every_column_of_every_table(self) -> None:
        page = (ROOT / "docs/internals/data.md").read_text()
        rows = re.findall(r"^\| `(\w+\.\w+)` \| (\w+) \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
        columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c]
        assert sorted(name for name, _ in rows) == sorted(columns)
        assert {kind for _, kind in rows} == {"secret", "personal", "internal", "public"}
