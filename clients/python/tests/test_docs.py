"""What the pages about the client show."""

import inspect
import re
from pathlib import Path

import pytest

from fastauth_client import pytest_plugin
from fastauth_client.claims import MAX_LEEWAY
from fastauth_client.demand import Demand
from fastauth_client.feed import MAX_PAUSE, PAUSES, REFUSED_PAUSE, TIMEOUT, WAIT
from fastauth_client.revocations import Revocations
from fastauth_client.testing import HOSTILE_TOKENS

ROOT = Path(__file__).parents[3]
README = (ROOT / "clients/python/README.md").read_text()
TESTING = (ROOT / "docs/integrate/testing.md").read_text()
FIVE_MINUTES = (ROOT / "docs/integrate/protect-a-route.md").read_text()
FEED = (ROOT / "docs/integrate/revocations.md").read_text()


def first_code(page: str) -> str:
    return str(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0])


class TestPages:
    def test_five_minutes_begin_with_the_code_of_the_readme(self) -> None:
        assert first_code(FIVE_MINUTES).startswith(first_code(README))

    def test_landing_page_shows_the_code_of_the_readme(self) -> None:
        assert first_code((ROOT / "README.md").read_text()) == first_code(README)

    def test_testing_lists_every_hostile_token(self) -> None:
        (listed,) = re.findall(r"They are:\n\n(.*?)\n\n", TESTING, re.DOTALL)
        assert [" ".join(each.split()) for each in re.findall(r"`([^`]+)`", listed)] == [
            each.name for each in HOSTILE_TOKENS
        ]

    def test_testing_lists_every_fixture(self) -> None:
        table = re.findall(r"^\| `(\w+)", TESTING, re.MULTILINE)
        fixtures = [
            name
            for name, value in vars(pytest_plugin).items()
            if type(value).__name__ == "FixtureFunctionDefinition"
        ]
        assert {*table, "fastauth_verifier"} == set(fixtures)

    def test_readme_lists_every_demand_of_require(self) -> None:
        listed = re.findall(r"^\| `(\w+)=", README, re.MULTILINE)
        assert listed == list(inspect.signature(Demand.of).parameters)[1:]

    def test_links_lead_to_files(self) -> None:
        for link in re.findall(r"\]\(([^)#\s]+)", README):
            assert (ROOT / "clients/python" / link).is_file(), link


class TestFeed:
    @pytest.mark.parametrize(
        "shown",
        [
            f"bound, {Revocations('k').bound:.0f} seconds by default",
            f"{PAUSES[0]} s, then {PAUSES[1]} s, then {PAUSES[2]:.0f} s",
            f"gives up a request after `wait` + {TIMEOUT - WAIT:.0f} s",
            f"ask again every {REFUSED_PAUSE:.0f} s",
            f"after `Retry-After`, at most {MAX_PAUSE:.0f} s",
        ],
    )
    def test_page_has_the_numbers_of_the_client(self, shown: str) -> None:
        assert shown in FEED

    def test_entries_are_kept_longer_than_tokens_and_leeway(self) -> None:
        """`until` is 60 seconds after the last token has expired: twice the largest leeway."""
        assert "+ 60, rounded up" in FEED
        assert MAX_LEEWAY * 2 <= 60
