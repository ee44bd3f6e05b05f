"""What the documentation shows is what the tests run."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from faults.cluster.nodes import replication
from tests.harness import data_page

from fastauth.adapters.passwords.legacy_formats import FORMATS
from fastauth.adapters.passwords.legacy_hashes import ARGON2_WRAPPERS, WRAPPERS
from fastauth.adapters.sql.database.types import metadata
from fastauth.domain.audit.trail import Retention
from fastauth.domain.operations.purges import all_purges
from fastauth.domain.rate_limits.limits import Limits
from fastauth.entrypoints.cli import app as cli
from fastauth.entrypoints.cli.calibrate import TABLE_LEGEND
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.production import RULES
from fastauth.entrypoints.production.rule import no_problem
from fastauth.entrypoints.production.server import SERVER_RULES, connections_of
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.rate_limits import RateLimitSettings

ROOT = Path(__file__).parents[2]


class TestVerifyingTokens:
    @pytest.mark.parametrize(
        "file",
        [
            "published_keys.py",
            "with_pyjwt.py",
            "with_jose.mjs",
            "AccessTokens.java",
            "verify.go",
            "haproxy.cfg",
        ],
    )
    def test_code_is_the_tested_code(self, file: str) -> None:
        page = (ROOT / "docs/integrate/verifying-tokens.md").read_text()
        code = (ROOT / "tests/interop" / file).read_text()
        assert code.replace("from tests.interop.published_keys", "from published_keys") in page


def code_lines(text: str) -> list[str]:
    """Return the lines of code, without their indentation and their comments."""
    lines = [line.partition("  #")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line not in {"", "..."}]


class TestTour:
    def test_quotes_match_the_source(self) -> None:
        page = (ROOT / "docs/internals/tour.md").read_text()
        source = {line for file in (ROOT / "src").rglob("*.py") for line in code_lines(file.read_text())}
        excerpts = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
        assert excerpts
        assert [line for each in excerpts for line in code_lines(each) if line not in source] == []


class TestOperatorPages:
    def test_haproxy_configuration_is_the_tested_one(self) -> None:
        page = (ROOT / "docs/operate/behind-a-proxy.md").read_text()
        assert f"```haproxy\n{(ROOT / 'faults/haproxy.cfg').read_text()}```" in page

    def test_purges_are_listed(self) -> None:
        lines = (ROOT / "docs/operate/database.md").read_text().splitlines()
        for purge in all_purges(Retention()):
            start = f"| `{purge.task}` | `{purge.use_case}` | "
            assert any(line.startswith(start) for line in lines), start

    def test_production_rules_are_listed(self) -> None:
        page = (ROOT / "docs/operate/settings.md").read_text()
        rows = [f"| {rule.subject} | {rule.refused_if} | {rule.warned_if} |" for rule in RULES]
        rows += [f"| {rule.subject} |  | {rule.warned_if} |" for rule in SERVER_RULES]
        table = "\n".join(["| What | Production refuses | Production warns of |", "|---|---|---|", *rows, ""])
        assert table in page
        assert all(bool(rule.refused_if) == (rule.check is not no_problem) for rule in RULES)
        assert all(bool(rule.warned_if) == (rule.warning is not no_problem) for rule in RULES)


class TestCluster:
    """The page about several machines shows the configuration of the trial."""

    page = (ROOT / "docs/operate/cluster.md").read_text()

    def test_patroni_settings_are_the_tested_ones(self) -> None:
        (shown,) = re.findall(r"```yaml\n(.*?)```", self.page, re.DOTALL)
        assert yaml.safe_load(shown) == replication(synchronous=True)

    def test_haproxy_configuration_is_the_tested_one(self) -> None:
        (shown,) = re.findall(r"```haproxy\n(.*?)```", self.page, re.DOTALL)
        assert shown.startswith((ROOT / "faults/cluster/haproxy.cfg").read_text())

    def test_connections_are_those_of_the_doctor(self) -> None:
        (carried,) = re.findall(r"97 ÷ (\d+) = \*\*(\d+)\*\*", self.page)
        of_one = connections_of(Settings())
        assert [int(each) for each in carried] == [of_one, 97 // of_one]
        (small,) = re.findall(r"`FASTAUTH_DATABASE_POOL_SIZE=(\d+)` the same server carries (\d+)", self.page)
        assert 97 // connections_of(Settings(database_pool_size=int(small[0]))) == int(small[1])


class TestSettings:
    def test_lists_every_setting(self) -> None:
        page = (ROOT / "docs/operate/settings.md").read_text()
        listed = re.findall(r"^\| `(FASTAUTH_\w+)` \|", page, re.MULTILINE)
        fields = [f"FASTAUTH_{field.upper()}" for field in Settings.model_fields]
        assert sorted(listed) == sorted([*fields, "FASTAUTH_SECRETS_DIR"])


class TestCapacity:
    def test_proposal_has_the_legend_of_the_command(self) -> None:
        page = (ROOT / "docs/operate/capacity.md").read_text()
        assert f"\n{TABLE_LEGEND}\n" in page


class TestManagingUsers:
    def test_lists_every_hash_format(self) -> None:
        (section,) = re.findall(
            r"### Which hashes\n(.*?)\nOther systems hash",
            (ROOT / "docs/operate/managing-users.md").read_text(),
            re.DOTALL,
        )
        cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
        listed = {prefix for cell in cells for prefix in re.findall(r"`([^`]+)`", cell)}
        argon2 = {"$argon2id$", "$argon2i$", "$argon2d$", "argon2$"}
        wrappers = {each for each in (*WRAPPERS, *ARGON2_WRAPPERS) if each != "argon2"}
        assert listed == {each.prefix for each in FORMATS} | wrappers | argon2


class TestRateLimits:
    def test_numbers_are_the_defaults(self) -> None:
        page = (ROOT / "docs/capabilities/rate-limits.md").read_text()
        rows = {
            name: {int(number) for number in re.findall(r"\b\d+\b", rule)}
            for rule, name in re.findall(r"^\|(.*)\| `FASTAUTH_(\w+)` \|", page, re.MULTILINE)
        }
        settings = {
            name: field for name, field in RateLimitSettings.model_fields.items() if name != "rate_limits"
        }
        assert rows.keys() == {name.upper() for name in settings}
        for name, field in settings.items():
            assert field.default in rows[name.upper()], name

    def test_numbers_are_those_of_the_domain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_RATE_LIMITS", "on")
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", "the secret key of the tests, 32 bytes")
        assert Container(settings=Settings.load()).rate_limiter().limits == Limits()


class TestData:
    def test_classifies_every_column_of_every_table(self) -> None:
        """`python -m tests.harness.data_page` writes the page anew after a change of the register."""
        page = data_page.PAGE.read_text("utf-8")
        assert page == data_page.with_generated(page)
        rows = re.findall(r"^\| `(\w+\.\w+)` \| (\w+) \| [^|]+ \| [^|]+ \|", page, re.MULTILINE)
        columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c]
        assert sorted(name for name, _ in rows) == sorted(columns)
        assert {kind for _, kind in rows} == {"secret", "personal", "internal", "public"}


class TestBillOfMaterials:
    def test_is_written_from_the_runtime_lock(self) -> None:
        recipe = (ROOT / "Makefile").read_text().partition("\nsbom: ")[2].partition("\n\n")[0]
        assert "cyclonedx-py requirements requirements/run.txt" in recipe
        lock = (ROOT / "requirements/sbom.txt").read_text()
        assert re.search(r"^cyclonedx-bom==[\d.]+ \\\n    --hash=sha256:", lock, re.MULTILINE)


def names_of_tests(file: Path) -> set[str]:
    """Return the tests of a file, as pytest names them."""
    suites = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)]
    return {
        f"{file.relative_to(ROOT)}::{suite.name}::{test.name}"
        for suite in suites
        for test in suite.body
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef)
    }


PAGES = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
    *(ROOT / "docs").rglob("*.md"),
]


def commands(group: Any, prefix: str) -> Iterator[str]:  # noqa: ANN401  typer's own copy of click
    """Yield the names of all commands of a group, and of the groups in it."""
    for name, command in group.commands.items():
        yield f"{prefix} {name}"
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix} {name}")


def options(group: Any, prefix: str) -> Iterator[tuple[str, list[str]]]:  # noqa: ANN401  the same
    """Yield each command of a group, and of the groups in it, with the long names of its options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from options(command, f"{prefix} {name}")
        else:
            names = [name for each in command.params for name in (*each.opts, *each.secondary_opts)]
            yield f"{prefix} {name}", [name for name in names if name.startswith("--")]


class TestNames:
    def test_settings_that_pages_name_exist(self) -> None:
        named = {
            name
            for page in PAGES
            for name in re.findall(r"\bFASTAUTH_[A-Z0-9_]+\b(?!\.\.\.)", page.read_text())
        }
        there = {f"FASTAUTH_{field.upper()}" for field in Settings.model_fields} | {"FASTAUTH_SECRETS_DIR"}
        assert {name for name in named - there if not name.startswith("FASTAUTH_TEST_")} == set()

    def test_commands_that_pages_show_exist(self) -> None:
        there = set(commands(typer.main.get_group(cli), "fastauth"))
        shown = {
            found.strip()
            for page in PAGES
            for found in re.findall(r"(?:\$ |`)(fastauth (?:users |keys )?[a-z][a-z-]*)", page.read_text())
        }
        assert shown - there == set()

    def test_no_path_hides_the_home_directory_in_quotes(self) -> None:
        """A shell expands ~ outside of quotes alone, and pip does not."""
        assert [page for page in PAGES if re.search(r"""['"]~/""", page.read_text())] == []

    def test_every_command_is_on_a_page_with_its_options(self) -> None:
        """An option is named on a page that names its command."""
        pages = [page.read_text() for page in PAGES]
        missing = [
            f"{command} {option}"
            for command, names in options(typer.main.get_group(cli), "fastauth")
            for option in names or [""]
            if not any(
                re.search(rf"{re.escape(command)}\b", page) and re.search(rf"(?<![\w-]){option}\b", page)
                for page in pages
            )
        ]
        assert missing == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them (a repeated one gets -1)."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found: Counter[str] = Counter()
    result = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        result.add(f"{anchor}-{found[anchor]}" if found[anchor] else anchor)
        found[anchor] += 1
    return result


class TestLinks:
    def test_targets_exist(self) -> None:
        pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        assert len(pages) > 40
        missing = []
        for page in pages:
            for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
                path, _, anchor = link.partition("#")
                target = page.parent / path if path else page
                if "://" in link:
                    continue
                if not target.exists() or (anchor and anchor not in anchors(target)):
                    missing.append(f"{page.relative_to(ROOT)}: {link}")
        assert missing == []


class TestAsvs:
    PAGE = ROOT / "docs/internals/asvs.md"

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return requirement, level, verdict and what shows it."""
        page = self.PAGE.read_text()
        pattern = r"^\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| (met|partly|not met|n\.a\.) \| ([^|]+) \|$"
        return re.findall(pattern, page, re.MULTILINE)

    def test_evidence_exists(self) -> None:
        for requirement, _, verdict, shown in self.rows():
            tests = re.findall(r"`(tests/[^`]+)`", shown)
            pages = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", shown)
            assert tests or pages or verdict != "met", requirement
            for test in tests:
                assert test in names_of_tests(ROOT / test.partition("::")[0]), (requirement, test)
            for page in pages:
                assert (self.PAGE.parent / page).is_file(), (requirement, page)

    def test_totals(self) -> None:
        rows = self.rows()
        assert len(rows) == len({requirement for requirement, *_ in rows}) == 189
        totals = re.findall(
            r"^\| level ([12]) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", self.PAGE.read_text(), re.M
        )
        for level, *numbers in totals:
            verdicts = [verdict for _, of, verdict, _ in rows if of == level]
            assert [verdicts.count(each) for each in ("met", "partly", "not met", "n.a.")] == [
                *map(int, numbers)
            ]
        assert len(totals) == 2
