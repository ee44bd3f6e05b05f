"""The pages have a text for each error that a user can cause."""

import re
from pathlib import Path

import fastauth
from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.http.pages.rendering import TEMPLATES

FORM = "form.html"
SOURCE = Path(fastauth.__file__).parent
OF_MACHINES = {
    *("cursor_too_old", "invalid_api_key", "invalid_client"),
    *("invalid_refresh_token", "invalid_token", "no_access_token"),
}
"""Errors of the API alone."""
OF_THE_OPERATOR = {"erasure_not_found", "secret_key_unknown", "sealed_text_unreadable", "signing_key_missing"}
"""Errors that no user can correct: they have the general text."""
TOLD_OTHERWISE = {"invalid_code", "invalid_input", "session_not_found"}
"""Errors that a page catches, and the one whose violations are shown."""


def codes_of(error: type[FastauthError]) -> set[str]:
    own = {error.code} if "code" in vars(error) else set()
    return own.union(*(codes_of(each) for each in error.__subclasses__()))


def texts() -> list[str]:
    """Return the codes that have a text."""
    return re.findall(r'^  "([a-z_]+)": _\(', (TEMPLATES / FORM).read_text(), re.MULTILINE)


class TestErrorTexts:
    def test_each_error_has_one(self) -> None:
        others = OF_MACHINES | OF_THE_OPERATOR | TOLD_OTHERWISE
        assert codes_of(FastauthError) - others == codes_of(FastauthError) & set(texts())

    def test_each_is_that_of_one_code(self) -> None:
        """A code that neither the source nor another template has is misspelled or gone."""
        assert len(texts()) == len(set(texts())) > 50
        files = {*SOURCE.rglob("*.py"), *TEMPLATES.rglob("*.html")} - {TEMPLATES / FORM}
        source = "".join(each.read_text() for each in files)
        assert [each for each in texts() if f'"{each}"' not in source] == []
