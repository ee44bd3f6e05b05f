"""The forms of pages: what they show, who may send them, and how they show an error."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.component.http.test_inbox_page import HEADERS
from tests.fakes import FakeStorage
from tests.http_helpers import TokenPair, assert_problem
from tests.page_helpers import CREDENTIALS, FROM_HERE, Page, a_pending_address, send

from fastauth.domain.errors import InvalidInput, StorageUnavailable, Violation
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.forms import MAX_FIELDS
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

pytestmark = pytest.mark.usefixtures("ann")
PAGES = ("/verify-email", "/reset", "/reset/new", "/undo-email")
HOSTILE = "\"><script>alert(1)</script>'{{ 7*7 }}%(x)s\u202e"


class TestForms:
    async def test_have_labels_and_nothing_from_elsewhere(self, client: httpx2.AsyncClient) -> None:
        for path in PAGES:
            answer = await client.get(path)
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
            assert "set-cookie" not in answer.headers, path
            page = Page(answer)
            assert page.status == 200, path
            assert [each["action"] for each in page.of("form")] == [path]
            assert {each["method"] for each in page.of("form")} == {"post"}
            fields = {each["id"] for each in page.of("input")}
            assert fields == {each["for"] for each in page.of("label")}, path
            assert all(each["autocomplete"] for each in page.of("input")), path
            assert len(page.of("h1")) == len(page.of("main")) == len(page.of("title")) == 1, path
            assert "style=" not in answer.text, path
            assert not re.search(r"\son\w+=", answer.text), path
            (script,) = page.of("script")
            assert script["src"], path

    async def test_are_in_german(self, client: httpx2.AsyncClient) -> None:
        for path in PAGES:
            english, german = [
                (await client.get(path, headers={"Accept-Language": each})).text for each in ("en", "de")
            ]
            assert '<html lang="de">' in german
            assert english != german

    async def test_get_and_head_and_prefetch_change_nothing(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair, storage: FakeStorage
    ) -> None:
        token = await a_pending_address(client, container, tokens)
        before = repr(vars(storage))
        for path in PAGES:
            for method in ("GET", "HEAD"):
                for headers in ({}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}):
                    for query in ("", f"?token={token}", f"?{urlencode({'token': token, **CREDENTIALS})}"):
                        answer = await client.request(method, path + query, headers=headers)
                        assert answer.status_code == 200
                        assert token not in answer.text
        assert repr(vars(storage)) == before

    async def test_hostile_text_is_shown_as_text(self, client: httpx2.AsyncClient) -> None:
        forms: dict[str, dict[str, str]] = {
            "/verify-email": {"username": HOSTILE, "token": HOSTILE, "password": HOSTILE},
            "/reset": {"identifier": HOSTILE * 20},
            "/reset/new": {"token": HOSTILE, "new_password": "x"},
            "/undo-email": {"token": HOSTILE},
        }
        for path, form in forms.items():
            page = await send(client, path, **form)
            assert page.status in {401, 422}, path
            assert len(page.of("script")) == 1, path
            values = {str(each["name"]): each["value"] for each in page.of("input")}
            assert {name: values[name] for name in form if "password" not in name} == {
                name: value.replace("\u202e", "") for name, value in form.items() if "password" not in name
            }
            assert all(value == "" for name, value in values.items() if "password" in name), path


class TestForgery:
    async def test_form_of_another_site_is_refused(
        self, client: httpx2.AsyncClient, storage: FakeStorage
    ) -> None:
        before = repr(vars(storage))
        for path in PAGES:
            for headers in (
                {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site"},
                {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8000"},
                {"Sec-Fetch-Site": ""},
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": "http://localhost:8000.evil.example"},
                {"Origin": "https://localhost:8000"},
                {"Origin": "http://fastauth"},
                {},
            ):
                answer = await client.post(path, data={"token": "x"} | CREDENTIALS, headers=headers)
                assert answer.status_code == 403, (path, headers)
                assert Page(answer).title == "The form was not accepted"
        assert repr(vars(storage)) == before

    async def test_form_of_this_site_is_accepted(self, client: httpx2.AsyncClient) -> None:
        for headers in (
            {"Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "http://localhost:8000"},
            {"Origin": "http://127.0.0.1:8000"},
        ):
            answer = await client.post("/reset", data={"identifier": "ann"}, headers=headers)
            assert answer.status_code == 200, headers

    async def test_other_bodies_are_refused(self, client: httpx2.AsyncClient) -> None:
        """R2 (CVE-2024-47874, CVE-2024-53981; CWE-770): forms have bounds."""
        kind = "application/x-www-form-urlencoded"
        for content_type, body, status in (
            ("application/json", b'{"identifier": "ann"}', 415),
            ("text/plain", b"identifier=ann", 415),
            ("multipart/form-data; boundary=x", b"--x--", 415),
            ("", b"identifier=ann", 415),
            (kind, b"identifier=ann&identifier=bob", 400),
            (kind, b"identifier=%ff", 400),
            (kind, "identifier=é".encode(), 400),
            (kind, b"identifier", 400),
            (kind, b"&".join(b"a%d=1" % number for number in range(MAX_FIELDS + 1)), 400),
            (kind, b"identifier=" + b"x" * 20_000, 413),
            (f"{kind}; charset=utf-8", b"identifier=ann", 200),
            (kind.upper(), b"identifier=ann", 200),
        ):
            headers = FROM_HERE | ({"Content-Type": content_type} if content_type else {})
            answer = await client.post("/reset", content=body, headers=headers)
            assert answer.status_code == status, (content_type, body[:40])


class TestErrors:
    """Each error that a form can cause has a text of its own."""

    async def test_password_rules(self, client: httpx2.AsyncClient, container: Container) -> None:
        codes = ("empty", "too_short", "too_long", "breached_or_common", "breached")
        texts = {
            await self.text_of(client, container, code)
            for code in (*codes, "contains_user_data", "too_guessable")
        }
        assert len(texts) == 7
        assert await self.text_of(client, container, "unknown") not in texts

    async def text_of(self, client: httpx2.AsyncClient, container: Container, code: str) -> str:
        async def refuse(**_: str) -> None:
            raise InvalidInput(Violation("new_password", code, "detail"))

        with container.complete_password_reset.override(Object(refuse)):
            page = await send(client, "/reset/new", token="x", new_password="x")
        assert page.status == 422
        return page.error

    async def test_outages_have_retry_after(self, client: httpx2.AsyncClient, container: Container) -> None:
        for error, status in (
            (TooManyRequests(after=timedelta(seconds=7)), 429),
            (StorageUnavailable(retry_after=7), 503),
            (HashingOverloaded(retry_after=7), 503),
        ):

            async def refuse(*, error: Exception = error, **_: str) -> None:
                raise error

            with container.request_password_reset.override(Object(refuse)):
                answer = await client.post("/reset", data={"identifier": "ann"}, headers=FROM_HERE)
            assert (answer.status_code, answer.headers["Retry-After"]) == (status, "7")
            assert Page(answer).error


class TestOffer:
    @pytest.fixture(params=[{"pages": False}, {"mail": MailMode.OFF}])
    def settings(self, settings: Settings, request: pytest.FixtureRequest) -> Settings:
        return settings.model_copy(update=request.param)

    async def test_pages_can_be_off(self, client: httpx2.AsyncClient) -> None:
        for path in PAGES:
            assert_problem(await client.get(path), 404, "not_found")
            assert_problem(await client.post(path, data={"token": "x"}), 404, "not_found")
