"""Registration over HTTP: what an address and a language add, and what they do not change."""

import httpx2
from tests.builders import a_registration
from tests.fakes import FakeStorage


class TestRegistration:
    async def test_response_is_the_same_with_an_address(
        self, client: httpx2.AsyncClient, storage: FakeStorage
    ) -> None:
        first = await client.post("/users/register", json=a_registration(username="ann"))
        second = await client.post(
            "/users/register", json=a_registration(username="bob", email="bob@example.com", locale="de")
        )
        again = await client.post(
            "/users/register", json=a_registration(username="eve", email="BOB@example.com", locale=None)
        )
        assert [each.status_code for each in (first, second, again)] == [201] * 3
        assert [set(each.json()) for each in (first, second, again)] == [{"id", "username", "fullname"}] * 3
        assert [each.address.text for each in storage.addresses.values()] == [
            "bob@example.com",
            "BOB@example.com",
        ]

    async def test_refused_address_and_language(
        self, client: httpx2.AsyncClient, storage: FakeStorage
    ) -> None:
        refused = {
            "/email": {"email": "ann"},
            "/locale": {"locale": "de_DE"},
        }
        for pointer, members in refused.items():
            response = await client.post("/users/register", json=a_registration(**members))
            assert response.status_code == 422
            assert [each["pointer"] for each in response.json()["errors"]] == [pointer]
            assert next(iter(members.values())) not in response.json()["errors"][0]["detail"].split()
        assert storage.users == {}
        wrong_types = await client.post("/users/register", json=a_registration(email=1, locale=["de"]))
        assert [(each["pointer"], each["code"]) for each in wrong_types.json()["errors"]] == [
            ("/email", "not_a_string"),
            ("/locale", "not_a_string"),
        ]

    async def test_language_is_that_of_the_body_or_of_the_browser(
        self, client: httpx2.AsyncClient, storage: FakeStorage
    ) -> None:
        browser = {"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"}
        await client.post("/users/register", json=a_registration(locale="de"), headers=browser)
        await client.post("/users/register", json=a_registration(), headers=browser)
        await client.post("/users/register", json=a_registration())
        assert [user.locale for user in storage.users.values()] == ["de", "fr-CH", None]
