"""Accounts under names that belong to others, and accounts that are closed."""

import httpx2
import pytest
from tests.builders import a_registration
from tests.fakes import FakeStorage
from tests.mail_helpers import a_verified_address, deliver, token_of

from fastauth.domain.errors import FastauthError
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Mode, Settings

ANN = {"username": "ann", "password": "correct horse"}


class TestEmailAddressAsUsername:
    async def test_every_spelling_is_rejected(self, client: httpx2.AsyncClient) -> None:
        """R17 (CVE-2026-19607, CVE-2021-3754; CWE-289): a name must not be the address of another user.

        New names have no ``@`` in any width. What such a name of an earlier version may do is in
        `tests/contracts/email_addresses/address_as_username.py`.
        """
        for spelling in ("ann.lee@example.com", "@ann", "ａｎｎ.lee＠example.com", "ann﹫example.com"):
            refused = await client.post("/users/register", json=a_registration(username=spelling))
            assert refused.status_code == 422, spelling
            (error,) = refused.json()["errors"]
            assert (error["pointer"], error["code"]) == ("/username", "not_allowed")
        for other in ("ann.lee", "example.com"):
            registered = await client.post("/users/register", json=a_registration(username=other))
            assert registered.status_code == 201


class TestReservedUsername:
    """Impersonation of the service or its operator (CWE-1007, CWE-290)."""

    NAMES = (
        "admin",
        "ADMIN",
        "Ａｄｍｉｎ",
        "root",
        "support",
        "fastauth",
        "postmaster",
        "security",
        "no-reply",
    )

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
            reserved_usernames="admin,root,support,fastauth,postmaster,security,no-reply,хор",  # type: ignore[arg-type]  # likewise
        )

    async def test_every_spelling_is_rejected_over_http(self, client: httpx2.AsyncClient) -> None:
        for name in (*self.NAMES, "хор", "xop"):
            refused = await client.post("/users/register", json=a_registration(username=name))
            assert refused.status_code == 422, name
            assert [error["code"] for error in refused.json()["errors"]] == ["reserved"]
        for name in ("admin1", "rooted", "xope"):
            answer = await client.post("/users/register", json=a_registration(username=name))
            assert answer.status_code == 201, name

    async def test_operator_may_create_it(self, container: Container) -> None:
        user = await container.register_user()(
            username="admin", password="correct horse", fullname="Ann", address=None
        )
        assert user.username.display == "admin"

    def test_default_list_applies_in_production_only(self) -> None:
        assert set(self.NAMES[3:]) <= set(Settings(mode=Mode.PRODUCTION).reserved_usernames)
        assert Settings().reserved_usernames == ()


class TestLookAlike:
    """Homographs of other scripts (UTS #39; CWE-1007)."""

    async def test_username_is_taken(self, client: httpx2.AsyncClient) -> None:
        for name, look_alike in (("scope", "ѕсоре"), ("Apple", "аррӏе"), ("хор", "xop")):
            first = await client.post("/users/register", json=a_registration(username=name))
            assert (first.status_code, first.json()["username"]) == (201, name)
            second = await client.post("/users/register", json=a_registration(username=look_alike))
            assert second.status_code == 409, ascii(look_alike)


class TestPasswordPolicy:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
            password_min_length=10,
        )

    async def test_applies_wherever_a_password_is_set(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        """R57 (GHSA-25rw-g6ff-fmg8, CVE-2024-49757; CWE-602): a policy is more than a hint to a page."""
        registration = a_registration(**ANN | {"password": "too short"})
        refused = [await client.post("/users/register", json=registration)]
        assert (await client.post("/users/register", json=a_registration(**ANN))).status_code == 201
        access = (await client.post("/sessions", json=ANN)).json()["access_token"]
        change = {"current_password": ANN["password"], "new_password": "too short"}
        bearer = {"Authorization": f"Bearer {access}"}
        refused.append(await client.put("/users/me/password", json=change, headers=bearer))
        await a_verified_address(container, "ann", "ann@example.com")
        await client.post("/password-resets", json={"identifier": "ann"})
        reset = {"token": token_of("fa_pr_", await deliver(container)), "new_password": "too short"}
        refused.append(await client.post("/password-resets/complete", json=reset))
        assert [answer.json()["errors"][0]["code"] for answer in refused] == ["too_short"] * 3
        with pytest.raises(FastauthError):
            await container.set_password()(username="ann", password="too short")
        assert (await client.post("/sessions", json=ANN)).status_code == 201


class TestDisabledAccount:
    async def test_is_rejected_wherever_an_account_is_used(
        self, client: httpx2.AsyncClient, container: Container, storage: FakeStorage
    ) -> None:
        """R58 (CVE-2025-10908; CWE-288, CWE-863): disabled accounts by every way in."""
        await client.post("/users/register", json=a_registration(**ANN))
        await a_verified_address(container, "ann", "ann@example.com")
        tokens = (await client.post("/sessions", json=ANN)).json()
        await client.post("/password-resets", json={"identifier": "ann"})
        reset = {"token": token_of("fa_pr_", await deliver(container)), "new_password": "a new password"}
        await container.disable_user()(username="ann")
        events = len(storage.events)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        change = {"current_password": ANN["password"], "new_password": "a new password"}
        ways = {
            "password": await client.post("/sessions", json=ANN),
            "password on a known device": await client.post(
                "/sessions", json=ANN | {"device_token": tokens["device_token"]}
            ),
            "refresh token": await client.post(
                "/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}
            ),
            "access token": await client.get("/users/me", headers=bearer),
            "change of the password": await client.put("/users/me/password", json=change, headers=bearer),
            "password by the address": await client.post(
                "/sessions", json=ANN | {"username": "ann@example.com"}
            ),
            "reset of the password": await client.post("/password-resets/complete", json=reset),
            "change of the address": await client.put(
                "/users/me/email", json={"email": "new@example.com"}, headers=bearer
            ),
            "registration": await client.post("/users/register", json=a_registration(**ANN)),
        }
        assert {way: answer.status_code for way, answer in ways.items()} == dict.fromkeys(ways, 401) | {
            "registration": 409
        }
        assert all('_token":' not in answer.text for answer in ways.values())
        await client.post("/password-resets", json={"identifier": "ann"})
        assert [mail for mail in await deliver(container) if "fa_" in mail.text] == []
        assert {event.type.name for event in storage.events[events:]} <= {
            "LOGIN_FAILED",
            "SESSION_RENEWAL_FAILED",
        }
