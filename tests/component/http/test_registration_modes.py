"""Each way to create an account, in each mode of ``FASTAUTH_REGISTRATION`` (advisory R57)."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from tests.application import fakes_over
from tests.builders import a_registration
from tests.container_pool import a_container
from tests.fakes import FakePasswordHasher, FakeStorage
from tests.harness.authenticator import Authenticator
from tests.page_helpers import Browser

import fastauth.application
from fastauth.application.accounts.import_record import ImportRecord, Outcome
from fastauth.domain.accounts.errors import RegistrationClosed
from fastauth.domain.accounts.registration_mode import RegistrationMode
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

FORM = {"username": "bob", "fullname": "Bob Ross", "password": "happy trees", "email": ""}
ADDED_BY = {
    "accounts/store_account.py",  # takes a `Registration`, which only `RegistrationRules` makes
    "invitations/accept_invitation.py",  # the same; test_invitations.py has its modes
    "accounts/store_imported.py",  # a command
}


@pytest.fixture(params=RegistrationMode)
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update={"registration": request.param})


@pytest.fixture
def mode(settings: Settings) -> RegistrationMode:
    return settings.registration


class TestRegistrationModes:
    async def test_ways_of_anonymous_clients(
        self,
        client: httpx2.AsyncClient,
        settings: Settings,
        storage: FakeStorage,
    ) -> None:
        """R57 (GHSA-25rw-g6ff-fmg8, CVE-2024-49757; CWE-602): a policy is more than a hint to a page."""
        ways: dict[str, Callable[[], Awaitable[httpx2.Response]]] = {
            "POST /users/register": lambda: client.post("/users/register", json=a_registration()),
            "passkey": lambda: _by_passkey(client),
            "passkey, begun before the mode changed": lambda: _by_open_ceremony(client, storage, settings),
            "page": lambda: Browser(client).post("/register", **FORM),
            "page, passkey": lambda: Browser(client).post("/register/passkey/options", **FORM),
            "page, passkey without a script": lambda: Browser(client).post(
                "/register/passkey", **FORM, token="", credential=""
            ),
            "page, form": lambda: Browser(client).get("/register"),
            "page, form of a passkey": lambda: Browser(client).get("/register/passkey"),
        }
        for way, register in ways.items():
            storage.users.clear()
            answer = await register()
            is_open = settings.registration is RegistrationMode.OPEN
            assert (answer.status_code < 400) is is_open, way
            if not is_open:
                assert answer.status_code == 403, way
                assert "invitation" in answer.text, way
                assert not storage.users, way

    async def test_ways_of_operators(
        self, container: Container, storage: FakeStorage, mode: RegistrationMode
    ) -> None:
        await container.register_user()(username="ann", password="p", fullname="Ann", address=None)
        record = ImportRecord(position=1, username="eve", fullname="Eve", password_hash="old$1$2")
        ((imported,),) = [batch async for batch in container.import_users()([record])]
        assert (imported.outcome, len(storage.users)) == (Outcome.IMPORTED, 2), mode

    async def test_an_invalid_registration_shows_no_rule(
        self, container: Container, mode: RegistrationMode
    ) -> None:
        """The answer does not depend on what is sent: a taken username is not disclosed either."""
        if mode is not RegistrationMode.OPEN:
            with pytest.raises(RegistrationClosed):
                await container.register_user()(username="", password="", fullname="", address="192.0.2.1")

    async def test_log_in_page_links_to_no_closed_form(
        self, browser: Browser, mode: RegistrationMode
    ) -> None:
        has_link = 'href="/register"' in (await browser.get("/log-in")).text
        assert has_link is (mode is RegistrationMode.OPEN)


class TestSource:
    def test_places_that_add_accounts(self) -> None:
        root = Path(fastauth.application.__file__).parent
        adds = re.compile(r"\b(?:add_user|users\.add|bulk_users\.insert_new)\(")
        found = {str(path.relative_to(root)) for path in root.rglob("*.py") if adds.search(path.read_text())}
        assert found == ADDED_BY


async def _by_passkey(client: httpx2.AsyncClient) -> httpx2.Response:
    begun = await client.post("/users/register/passkey/options", json=_account())
    if begun.status_code != 200:
        return begun
    credential = Authenticator().create(begun.json()["options"])
    body = {"token": begun.json()["token"], "credential": credential}
    return await client.post("/users/register/passkey", json=body)


async def _by_open_ceremony(
    client: httpx2.AsyncClient, storage: FakeStorage, settings: Settings
) -> httpx2.Response:
    """Finish a ceremony that began while the registration was open."""
    was_open = settings.model_copy(update={"registration": RegistrationMode.OPEN})
    before = a_container(settings=was_open, **fakes_over(storage, FakePasswordHasher()))
    begun = await before.begin_passkey_registration()(**_account(), address="192.0.2.1")
    body = {"token": begun.token, "credential": Authenticator().create(begun.options)}
    return await client.post("/users/register/passkey", json=body)


def _account() -> dict[str, str]:
    return {"username": "carol", "fullname": "Carol King"}
