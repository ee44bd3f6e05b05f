"""The pages to which the links in mails lead."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.fakes import FakeStorage
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer
from tests.mail_helpers import a_verified_address, deliver, token_of
from tests.unit.http.test_inbox_page import HEADERS

from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput, StorageUnavailable, Violation
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

pytestmark = pytest.mark.usefixtures("ann")
ADDRESS = "ann@example.com"
PAGES = ("/verify-email", "/reset", "/reset/new", "/undo-email")
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
HOSTILE = "\"><script>alert(1)</script>'{{ 7*7 }}%(x)s\u202e"


class Page(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.status = answer.status_code
        self.text = answer.text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def value(self, name: str) -> str | None:
        (found,) = [each["value"] for each in self.of("input") if each["name"] == name]
        return found

    @property
    def error(self) -> str:
        """The text of the error, or nothing."""
        found = re.search(r'<div id="error".*?</div>', self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""

    @property
    def title(self) -> str:
        (found,) = re.findall(r"<h1>(.*?)</h1>", self.text)
        return str(found)


async def send(client: httpx2.AsyncClient, path: str, **form: str) -> Page:
    """Send a form as a page of the service does."""
    return Page(await client.post(path, data=form, headers=FROM_HERE))


async def a_pending_address(client: httpx2.AsyncClient, container: Container, tokens: TokenPair) -> str:
    """Give Ann an address that is not verified, and return the token of the mail."""
    await client.put("/users/me/email", json={"email": ADDRESS}, headers=bearer(tokens))
    return token_of("fa_ev_", await deliver(container))


class TestVerify:
    async def test_logs_in_verifies_and_ends_the_session(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair, storage: FakeStorage
    ) -> None:
        token = await a_pending_address(client, container, tokens)
        page = await send(client, "/verify-email", token=token, **CREDENTIALS)
        assert (page.status, page.title) == (200, "The address is verified")
        assert ADDRESS in page.text
        ann = await container.find_user()(username="ann")
        in_force = (await container.email_addresses().of_user(ann.id)).verified
        assert in_force
        assert in_force.address.text == ADDRESS
        assert [each.type for each in storage.events][-3:] == [
            EventType.LOGIN_SUCCEEDED,
            EventType.EMAIL_VERIFIED,
            EventType.LOGGED_OUT,
        ]
        assert len((await client.get("/sessions", headers=bearer(tokens))).json()) == 1

    async def test_new_address_takes_the_place_of_the_former(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await client.put("/users/me/email", json={"email": "new@example.com"}, headers=bearer(tokens))
        token = token_of("fa_ec_", await deliver(container))
        page = await send(client, "/verify-email", token=token, **CREDENTIALS)
        assert (page.status, "new@example.com" in page.text) == (200, True)

    async def test_refusal_keeps_what_was_typed_but_the_password(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        token = await a_pending_address(client, container, tokens)
        for given, status, error in (
            ({"password": "wrong"}, 401, "Username and password do not fit"),
            ({"username": "nobody"}, 401, "Username and password do not fit"),
            ({"username": "", "password": ""}, 401, "Username and password do not fit"),
            ({"token": token[:-1]}, 401, "This link is not valid"),
            ({"token": ""}, 401, "This link is not valid"),
            ({"token": "\0"}, 401, "This link is not valid"),
        ):
            form = {"token": token, **CREDENTIALS} | given
            page = await send(client, "/verify-email", **form)
            assert (page.status, error in page.error) == (status, True), given
            assert page.value("username") == form["username"], given
            assert page.value("token") == form["token"].replace("\0", ""), given
            assert page.value("password") == "", given
        assert (await send(client, "/verify-email", token=f" {token} ", **CREDENTIALS)).status == 200

    async def test_session_ends_after_a_refusal(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        await send(client, "/verify-email", token="fa_ev_x", **CREDENTIALS)
        assert len((await client.get("/sessions", headers=bearer(tokens))).json()) == 1


CREDENTIALS = {"username": ANN["username"], "password": ANN["password"]}


class TestReset:
    async def test_asks_for_a_mail_and_sets_the_password(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        asked = await send(client, "/reset", identifier=f" {ADDRESS} ")
        assert (asked.status, asked.title) == (200, "Look into your mailbox")
        token = token_of("fa_pr_", await deliver(container))
        page = await send(client, "/reset/new", token=token, new_password="another")
        assert (page.status, page.title) == (200, "The new password is saved")
        assert_problem(await client.post("/sessions", json=ANN), 401, "invalid_credentials")
        assert (await client.post("/sessions", json=ANN | {"password": "another"})).status_code == 201
        again = await send(client, "/reset/new", token=token, new_password="another")
        assert (again.status, "This link is not valid" in again.error) == (401, True)

    async def test_page_is_the_same_for_every_account(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        pages = [
            (await send(client, "/reset", identifier=each)).text for each in ("ann", ADDRESS, "nobody", "")
        ]
        assert len(set(pages)) == 1

    async def test_password_that_is_not_allowed_leaves_the_link_valid(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await send(client, "/reset", identifier="ann")
        token = token_of("fa_pr_", await deliver(container))
        for password, error in (("", "Enter something in each field."), ("x" * 257, "That is too long.")):
            page = await send(client, "/reset/new", token=token, new_password=password)
            assert (page.status, page.error) == (422, error)
            assert page.value("token") == token
            assert page.value("new_password") == ""
        assert (await send(client, "/reset/new", token=token, new_password="another")).status == 200

    async def test_too_long_identifier(self, client: httpx2.AsyncClient) -> None:
        page = await send(client, "/reset", identifier="x" * 255)
        assert (page.status, page.error) == (422, "That is too long.")


class TestUndo:
    async def test_puts_the_former_address_back(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await client.put("/users/me/email", json={"email": "new@example.com"}, headers=bearer(tokens))
        change = {"token": token_of("fa_ec_", await deliver(container))}
        assert (
            await client.post("/users/me/email/verify", json=change, headers=bearer(tokens))
        ).status_code == 200
        token = token_of("fa_eu_", await deliver(container))
        page = await send(client, "/undo-email", token=token)
        assert (page.status, page.title) == (200, "The change is undone")
        assert_problem(await client.get("/users/me", headers=bearer(tokens)), 401, "invalid_token")
        assert (await send(client, "/undo-email", token=token)).status == 401


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
            (kind, b"&".join(b"a%d=1" % number for number in range(9)), 400),
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

    async def test_outages_say_when_to_try_again(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
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
