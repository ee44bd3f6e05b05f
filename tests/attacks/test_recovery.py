"""Ways to the account of another user through its recovery, over the whole API."""

from collections.abc import Iterator

import httpx2
import pytest
from tests.builders import a_registration
from tests.fakes import FakeStorage
from tests.mail_helpers import a_verified_address, deliver, token_of

from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.entrypoints.container import Container

ANN = {"username": "ann", "password": "sntsh"}
EVE = {"username": "eve", "password": "sntsh"}
MAILBOX, EVES = "ann@example.com", "eve@example.com"
NEW = "a new password"


@pytest.fixture(autouse=True)
async def people(client: httpx2.AsyncClient) -> None:
    for person in (ANN, EVE):
        await client.post("/users/register", json=a_registration(**person))


async def bearer(client: httpx2.AsyncClient, person: dict[str, str]) -> dict[str, str]:
    tokens = (await client.post("/sessions", json=person)).json()
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def complete(client: httpx2.AsyncClient, token: object) -> int:
    body = {"token": token, "new_password": NEW}
    return (await client.post("/password-resets/complete", json=body)).status_code


async def a_token(client: httpx2.AsyncClient, container: Container) -> str:
    """Return the token by which Ann resets her password."""
    await client.post("/password-resets", json={"identifier": "ann"})
    return token_of("fa_pr_", await deliver(container))


def edits(token: str) -> Iterator[str]:
    """Yield each prefix and suffix of a token, longer texts, and each edit of one character."""
    for end in range(len(token)):
        yield token[:end]
        yield token[end + 1 :]
    yield from (f"{token}x", f"{token}=", f" {token}", f"{token} ", f"{token}\n", f"{token}\0", token * 2)
    yield from (token.upper(), token.lower(), token.swapcase())
    for at, character in enumerate(token):
        yield token[:at] + ("B" if character == "A" else "A") + token[at + 1 :]


async def one_of_each_purpose(client: httpx2.AsyncClient, container: Container) -> dict[Purpose, str]:
    """Return a valid token of each purpose: one account has each."""
    await a_verified_address(container, "ann", MAILBOX)
    ann, eve = await bearer(client, ANN), await bearer(client, EVE)
    await client.put("/users/me/email", json={"email": "other@example.com"}, headers=ann)
    change = {"token": token_of("fa_ec_", await deliver(container))}
    await client.post("/users/me/email/verify", json=change, headers=ann)
    undo = token_of("fa_eu_", await deliver(container))
    await client.put("/users/me/email", json={"email": "third@example.com"}, headers=ann)
    change = {"token": token_of("fa_ec_", await deliver(container))}
    await client.put("/users/me/email", json={"email": EVES}, headers=eve)
    verify = token_of("fa_ev_", await deliver(container))
    return {
        Purpose.VERIFY_EMAIL: verify,
        Purpose.CHANGE_EMAIL: change["token"],
        Purpose.UNDO_EMAIL: undo,
        Purpose.RESET_PASSWORD: await a_token(client, container),
    }


class TestReset:
    async def test_takes_the_token_of_its_mail_alone(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        """R16 (CVE-2026-18963 (Keycloak); CWE-640): a reset without the message that was sent for it.

        R39 (CVE-2026-27840 (Zitadel); CWE-345): a part of a token is taken for the token.
        """
        await a_verified_address(container, "ann", MAILBOX)
        await client.post("/password-resets", json={"identifier": "ann"})
        inventions: list[object] = ["", None, 0, [], {}, True, "fa_pr_", "fa_pr_" + "A" * 43]
        for invented in inventions:
            assert await complete(client, invented) in {401, 422}, invented
        token = token_of("fa_pr_", await deliver(container))
        assert [each for each in edits(token) if await complete(client, each) != 401] == []
        assert (await client.post("/sessions", json=ANN)).status_code == 201
        assert await complete(client, token) == 204

    async def test_of_a_password_starts_no_session(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        """No second factor can be skipped by it.

        A user who resets a password logs in afterwards, with every factor that a log-in requires.
        """
        await a_verified_address(container, "ann", MAILBOX)
        body = {"token": await a_token(client, container), "new_password": NEW}
        answer = await client.post("/password-resets/complete", json=body)
        assert (answer.status_code, answer.content) == (204, b"")
        assert "set-cookie" not in answer.headers


class TestToken:
    async def test_of_one_purpose_is_none_of_another(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        """R26 (CVE-2022-42731 (django-mfa2), CVE-2025-46815 (Zitadel); CWE-294): a challenge is taken twice,
        or where another one is due.
        """
        tokens = await one_of_each_purpose(client, container)
        assert all(token.startswith(purpose.prefix) for purpose, token in tokens.items())
        ann = await bearer(client, ANN)
        routes = {
            "/password-resets/complete": {Purpose.RESET_PASSWORD},
            "/users/me/email/undo": {Purpose.UNDO_EMAIL},
            "/users/me/email/verify": {Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL},
        }
        for path, accepted in routes.items():
            for purpose, token in tokens.items():
                disguised = [each.prefix + token.removeprefix(purpose.prefix) for each in Purpose]
                for text in disguised if purpose not in accepted else set(disguised) - {token}:
                    body = {"token": text, "new_password": NEW}
                    answer = await client.post(path, json=body, headers=ann)
                    assert answer.status_code == 401, (path, purpose)


class TestMailbox:
    async def test_opens_no_account_on_which_it_was_not_verified(
        self, client: httpx2.AsyncClient, container: Container, storage: FakeStorage
    ) -> None:
        """R41 (CVE-2024-38351, CVE-2026-44166 (PocketBase); CWE-287): an account is made under a stranger's
        address before they come.

        R50 (GHSA-qq9h-g4jm-xgf3 (better-auth); CWE-287): the owner of a mailbox is drawn into a squatter's
        account.
        """
        eve = await bearer(client, EVE)
        await client.put("/users/me/email", json={"email": MAILBOX}, headers=eve)
        verification = token_of("fa_ev_", await deliver(container))
        before = dict(storage.users)
        for identifier in (MAILBOX, MAILBOX.upper(), "eve"):
            assert (await client.post("/password-resets", json={"identifier": identifier})).status_code == 202
        mails = await deliver(container)
        assert {(mail.to, mail.subject.partition(" ")[0]) for mail in mails} == {
            (MAILBOX, "address_not_verified"),
            ("ANN@example.com", "address_not_verified"),
        }
        assert not any("#token" in mail.text or "eve" in mail.text for mail in mails)
        log_in = await client.post("/sessions", json=EVE | {"username": MAILBOX})
        assert log_in.status_code == 401
        assert await complete(client, verification) == 401
        ann = await bearer(client, ANN)
        for headers in ({}, ann):
            body = {"token": verification}
            answer = await client.post("/users/me/email/verify", json=body, headers=headers)
            assert answer.status_code == 401
        assert storage.users == before


class TestMail:
    async def test_to_an_unverified_address_has_no_text_of_a_stranger(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        """R61 (mail relays; CWE-74): a stranger's text in a message to a user."""
        canary = "buy-now-at-evil"
        spammer = {"username": canary, "password": "sntsh", "fullname": f"{canary} {canary}"}
        await client.post("/users/register", json=spammer)
        headers = await bearer(client, spammer) | {"User-Agent": canary, "Accept-Language": canary}
        await client.put("/users/me/email", json={"email": MAILBOX}, headers=headers)
        await client.post("/users/me/email/resend", headers=headers)
        await client.post("/password-resets", json={"identifier": MAILBOX}, headers=headers)
        mails = await deliver(container)
        assert len(mails) == 3
        assert not any(canary in mail.subject + mail.text + mail.html for mail in mails)
