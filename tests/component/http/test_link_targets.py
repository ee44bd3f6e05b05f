"""The links in mails come from the settings; no header of a request takes part."""

import httpx2
import pytest
from tests.http_helpers import TokenPair, bearer
from tests.mail_helpers import a_verified_address, deliver, token_of

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

POISON = "evil.example"
HEADERS = (
    {"Host": POISON},
    {"Host": f"fastauth:80@{POISON}"},
    {"X-Forwarded-Host": POISON},
    {"X-Forwarded-Proto": "ftp", "X-Forwarded-Port": "666"},
    {"X-Forwarded-Prefix": f"//{POISON}"},
    {"Forwarded": f"host={POISON};proto=https"},
    {"X-Host": POISON, "X-Forwarded-Server": POISON, "X-HTTP-Host-Override": POISON},
    {"X-Original-URL": f"https://{POISON}/", "X-Rewrite-URL": f"https://{POISON}/"},
    {"Origin": f"https://{POISON}", "Referer": f"https://{POISON}/"},
)


@pytest.mark.usefixtures("ann")
class TestLinks:
    @pytest.fixture(
        params=[{}, {"pages_url": "https://id.example/a"}, {"link_reset": "https://app.example/?p=r"}]
    )
    def changes(self, request: pytest.FixtureRequest) -> dict[str, str]:
        changes: dict[str, str] = request.param
        return changes

    @pytest.fixture
    def settings(self, settings: Settings, changes: dict[str, str]) -> Settings:
        return settings.model_copy(update=changes)

    async def test_are_those_of_the_settings_byte_for_byte(
        self, client: httpx2.AsyncClient, container: Container, changes: dict[str, str], tokens: TokenPair
    ) -> None:
        """R11 (GHSA-3529-5m8x-rpv3, CVE-2025-64101; CWE-640): also with a front end of the team's own."""
        pages = changes.get("pages_url", "http://localhost:8000")
        reset = changes.get("link_reset", f"{pages}/reset/new")
        await a_verified_address(container, "ann", "ann@example.com")
        for number, poison in enumerate(HEADERS):
            body = {"email": f"ann{number}@example.com"}
            await client.put("/users/me/email", json=body, headers=bearer(tokens) | poison)
            await client.post("/password-resets", json={"identifier": "ann"}, headers=poison)
            mails = await deliver(container)
            for prefix, target in (("fa_ec_", f"{pages}/verify-email"), ("fa_pr_", reset)):
                token = token_of(prefix, mails)
                (mail,) = [each for each in mails if token in each.text]
                assert f"link: {target}#token={token}\n" in mail.text, poison
                assert POISON not in mail.text + mail.subject + mail.message_id
