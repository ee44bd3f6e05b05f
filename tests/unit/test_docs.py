"""What the documentation shows is what the tests run."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class TestVerifyingTokens:
    @pytest.mark.parametrize(
        "file", ["published_keys.py", "with_pyjwt.py", "with_joserfc.py", "with_jose.mjs"]
    )
    def test_shows_the_code_that_is_tested(self, file: str) -> None:
        page = (ROOT / "docs/verifying-tokens.md").read_text()
        code = (ROOT / "tests/interop" / file).read_text()
        assert code.replace("from tests.interop.published_keys", "from published_keys") in page
