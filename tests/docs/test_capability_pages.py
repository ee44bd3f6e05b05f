"""Tables of pages about capabilities and routes list what the code has."""

import re
from pathlib import Path

from tests.harness.tables import row

from fastauth.application.mail.notices import NOTICES
from fastauth.domain.audit.event import EventType
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.roles.role import ADMIN
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"

ANYWHERE = {"415"}
"""Statuses that a sentence of the page has, in place of each row."""
OF_ADMIN_ROUTES = {"401", "403", "503"}
WITH_IDEMPOTENCY_KEY = {"409", "422"}


def first_cells(page: str, heading: str) -> list[str]:
    """Return the names in the first cells of the tables under a heading of level 2."""
    text = (DOCS / page).read_text("utf-8")
    section = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    cells = re.findall(r"^\| (`[^|]*) \|", "".join(section), re.M)
    return [name for cell in cells for name in re.findall(r"`([\w.:]+)`", cell)]


class TestAuditPage:
    def test_lists_every_event_type_once(self) -> None:
        assert sorted(first_cells("capabilities/audit.md", "Event types")) == sorted(EventType)


class TestOneTimeTokensPage:
    def test_lists_every_purpose_with_its_prefix(self) -> None:
        page = (DOCS / "capabilities/one-time-tokens.md").read_text("utf-8")
        assert sorted(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.M)) == sorted(
            (purpose.value, purpose.prefix) for purpose in Purpose
        )


class TestAdministrationPage:
    def test_lists_every_permission_of_the_service_once(self) -> None:
        listed = first_cells("capabilities/administration.md", "What an administrator can do")
        assert sorted(listed) == sorted(ADMIN.permissions)


class TestEmailAddressesPage:
    def test_lists_every_notice(self) -> None:
        assert sorted(first_cells("capabilities/email-addresses.md", "Notices")) == sorted(NOTICES)


class TestSigningKeysPage:
    def test_lists_every_column_that_is_encrypted_again(self) -> None:
        page = (DOCS / "capabilities/signing-keys.md").read_text("utf-8")
        columns = [column.name for column in Container(settings=Settings()).sealed_columns()]
        assert re.findall(r"^│ (\w+\.\w+) +│", page, re.M) == columns


class TestHttpPage:
    def test_lists_every_operation_with_its_statuses(self) -> None:
        page = (DOCS / "integrate/http-api.md").read_text("utf-8")
        listed = {
            re.sub(r"\{\w+\}", "{}", operation): set(re.findall(r"\b[2345]\d\d\b", answer))
            for cell, answer in re.findall(r"^\| (`[A-Z]+ /[^|]*) \| (.*?)(?: \||$)", page, re.M)
            for operation in re.findall(r"`([A-Z]+ /[^`]*)`", cell)
        }
        document = create_app(Container(settings=Settings(docs=True))).openapi()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                name = re.sub(r"\{\w+\}", "{}", f"{method.upper()} {path}")
                expected = set(operation["responses"]) - ANYWHERE
                if path.startswith("/admin/"):
                    expected -= OF_ADMIN_ROUTES
                    optional = WITH_IDEMPOTENCY_KEY if method == "post" else set()
                else:
                    optional = set()
                with row(name):
                    assert listed[name] - optional == expected - optional
