"""Requests that no correct client sends: SQLite and PostgreSQL answer alike, nothing fails or leaks."""

import json
import re
import select
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import parse_headers
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx2
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url, text
from tests.attacks.malformed_requests import (
    ACCEPTABLE,
    BODIES,
    CANARY,
    CHUNKED,
    NAUGHTY_STRINGS,
    ODD_REQUESTS,
    PLACEHOLDER,
    POST,
    SMUGGLED_REQUESTS,
    TOO_LARGE,
    a_request,
)
from tests.builders import a_name, a_registration
from tests.harness.databases import postgres_schema
from tests.harness.editions import size
from tests.harness.postgres import PostgresServer
from tests.harness.service import DEADLINE, NO_TLS, Service
from tests.harness.tables import row

URL = "/users/register"
MIB = 1024 * 1024


class MeasuredService(Service):
    """The service, and what it takes of the machine."""

    @property
    def memory(self) -> int:
        """Bytes that it has in memory."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self._process.pid}/status").read_text())
        assert found
        return int(found[1]) * 1024


class BothDatabases:
    """The service on SQLite and on PostgreSQL. Both get the same requests, one after the other."""

    def __init__(self, *urls: str) -> None:
        self._urls = urls
        self.services = [MeasuredService(url) for url in urls]
        self._clients = [
            httpx2.Client(base_url=service.url, timeout=DEADLINE, verify=NO_TLS) for service in self.services
        ]

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for service in self.services:
                stack.enter_context(service)
            for client in self._clients:
                stack.enter_context(client)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def post(self, body: bytes) -> httpx2.Response:
        """Return the answer in which the two agree."""
        answers = [
            client.post(URL, content=body, headers={"Content-Type": "application/json"})
            for client in self._clients
        ]
        for answer in answers:
            assert CANARY not in answer.text + str(answer.headers)
        first, second = map(_without_its_own, answers)
        assert first == second
        return answers[0]

    def register(self, **changes: object) -> httpx2.Response:
        return self.post(json.dumps(a_registration(**changes)).encode())

    def people(self) -> tuple[list[tuple[str, str]], ...]:
        """Return, for each database, every username and fullname in the order in which they came into it.

        Other tests register an account in one database alone.
        """
        return tuple(map(_people_in, self._urls))

    def stop(self) -> list[str]:
        """Stop both and return their logs."""
        for service in self.services:
            service.stop()
        return [service.log for service in self.services]


def _without_its_own(answer: httpx2.Response) -> tuple[int, str, dict[str, Any]]:
    body = answer.json()
    body.pop("id", None)  # a refused insert costs Postgres a number
    return answer.status_code, answer.headers["content-type"], body


def _people_in(url: str) -> list[tuple[str, str]]:
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
    engine = create_engine(make_url(url).set(drivername=drivers[make_url(url).get_backend_name()]))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT username, fullname FROM user_info ORDER BY id")).all()
    engine.dispose()
    return [(row.username, row.fullname) for row in rows]


@pytest.fixture(scope="module")
def both(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BothDatabases]:
    directory = tmp_path_factory.mktemp("both")
    with postgres_schema(postgres) as url, BothDatabases(f"sqlite:///{directory}/twin.db", url) as both:
        yield both


@pytest.fixture
def new_twins(sqlite_url: str, postgres_url: str) -> Iterator[BothDatabases]:
    """`BothDatabases` that no other test uses."""
    with BothDatabases(sqlite_url, postgres_url) as both:
        yield both


class TestBody:
    def test_invalid_body_is_rejected(self, both: BothDatabases) -> None:
        for name, body in BODIES.items():
            with row(name):
                assert both.post(body).status_code == 422

    def test_large_body_is_rejected(self, both: BothDatabases) -> None:
        """R42: a request is dear before it is refused.

        CVE-2025-6203, CVE-2025-12044, CVE-2023-6337 (Vault), CVE-2025-59043 (OpenBao), CVE-2026-4634
        (Keycloak); CWE-400.
        """
        for name, body in TOO_LARGE.items():
            with row(name):
                assert both.post(body).status_code == 413

    def test_every_form_of_json_is_accepted(self, both: BothDatabases) -> None:
        for name, acceptable in ACCEPTABLE.items():
            username = a_name()
            body = _renamed(acceptable, username)
            with row(name):
                answer = both.post(body)
                assert (answer.status_code, answer.json()["username"]) == (201, username)
                assert both.post(body).status_code == 409


class TestNaughtyString:
    def test_username_is_stored_unchanged_or_rejected(self, new_twins: BothDatabases) -> None:
        names: list[str] = []
        for each in NAUGHTY_STRINGS:
            answer = new_twins.register(username=each)
            if answer.status_code == 201:
                names.append(unicodedata.normalize("NFC", each))
                assert answer.json()["username"] == names[-1]
                assert new_twins.register(username=each).status_code == 409
            elif answer.status_code == 409:
                assert _folded(each) in map(_folded, names)
            else:
                assert answer.status_code == 422
        assert len(names) > 40
        for people in new_twins.people():
            assert [username for username, _ in people] == names

    def test_full_name_is_stored_unchanged_or_rejected(self, both: BothDatabases) -> None:
        before = both.people()
        people: list[tuple[str, str]] = []
        for each in NAUGHTY_STRINGS:
            username = a_name()
            answer = both.register(username=username, fullname=each)
            assert answer.status_code in {201, 422}
            if answer.status_code == 201:
                people.append((username, unicodedata.normalize("NFC", each).strip()))
                assert answer.json()["fullname"] == people[-1][1]
        assert len(people) > 70
        for earlier, now in zip(before, both.people(), strict=True):
            assert now[len(earlier) :] == people

    def test_password_is_accepted(self, both: BothDatabases) -> None:
        for password in NAUGHTY_STRINGS:
            with row(password):
                assert both.register(password=password).status_code == 201


FIELDS = ("username", "password", "fullname")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # halves of surrogate pairs too
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS) | ANY_TEXT, inner),
    max_leaves=20,
)
A_NAME = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)


class TestJsonDocument:
    """Hypothesis invents what it does not find in the tables."""

    @settings(max_examples=size(25, 150), derandomize=True, deadline=None)
    @given(ANY_VALUE)
    def test_without_required_members_is_rejected(self, both: BothDatabases, value: object) -> None:
        assume(not (isinstance(value, dict) and value.keys() >= set(FIELDS)))
        assert both.post(json.dumps(value).encode()).status_code in {413, 422}

    @settings(max_examples=size(25, 150), derandomize=True, deadline=None)
    @given(
        st.fixed_dictionaries(
            {
                "username": A_NAME | ANY_VALUE,
                "password": ANY_TEXT | ANY_VALUE,
                "fullname": A_NAME | ANY_VALUE,
            },
            optional={"id": ANY_VALUE, "is_admin": ANY_VALUE},
        )
    )
    def test_result_is_the_same_on_both_databases(self, both: BothDatabases, value: object) -> None:
        assert both.post(json.dumps(value).encode()).status_code in {201, 409, 413, 422}

    @settings(max_examples=size(25, 150), derandomize=True, deadline=None)
    @given(st.sampled_from(FIELDS), ANY_TEXT | A_NAME)
    def test_text_is_returned_unchanged(self, both: BothDatabases, field: str, value: str) -> None:
        answer = both.register(**{field: value})
        assert answer.status_code in {201, 409, 422}
        if answer.status_code == 201 and field != "password":
            assert answer.json()[field] == unicodedata.normalize("NFC", value).strip()


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection that takes any bytes for a request."""

    def __init__(self, service: Service) -> None:
        self._socket = socket.create_connection(("127.0.0.1", service.port), DEADLINE)
        self._received = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._received.close()
        self._socket.close()

    @property
    def has_an_answer(self) -> bool:
        return bool(select.select([self._socket], [], [], 0)[0])

    def send(self, sent: bytes) -> None:
        with suppress(ConnectionError):  # the service may close the connection; its answer can still be read
            self._socket.sendall(sent)

    def answer(self) -> Answer | None:
        """Return the next answer, or nothing if the service has closed the connection."""
        try:
            line = self._received.readline()
            if not line:
                return None
            headers = {name.lower(): value for name, value in parse_headers(self._received).items()}
            body = self._received.read(int(headers.get("content-length", 0)))
        except ConnectionError:
            return None
        return Answer(int(line.split()[1]), headers, body)

    def further_answers(self) -> list[Answer]:
        """Return what else was answered before the service reads a new request or closes the connection."""
        self.send(b"GET /ping HTTP/1.1\r\nHost: a\r\nX-Request-Id: the-last\r\n\r\n")
        answers = []
        while (answer := self.answer()) and answer.headers.get("x-request-id") != "the-last":
            answers.append(answer)
        return answers


class TestStreamedBody:
    SIZE = 50 * MIB
    PIECE = 64 * 1024

    @pytest.mark.parametrize("chunked", [True, False])
    def test_50_mib_are_rejected_and_not_kept(self, both: BothDatabases, *, chunked: bool) -> None:
        """R42: a request is dear before it is refused.

        CVE-2025-6203, CVE-2025-12044, CVE-2023-6337 (Vault), CVE-2025-59043 (OpenBao), CVE-2026-4634
        (Keycloak); CWE-400.
        """
        framing = CHUNKED if chunked else b"Content-Length: %d" % self.SIZE
        piece = b" " * self.PIECE
        if chunked:
            piece = b"%x\r\n%s\r\n" % (self.PIECE, piece)
        both.post(TOO_LARGE["just too large"])
        for service in both.services:
            before = highest = service.memory
            with Line(service) as line:
                line.send(a_request(POST, framing, body=b"", sized=False))
                answer = None
                for _ in range(self.SIZE // self.PIECE):
                    line.send(piece)
                    highest = max(highest, service.memory)
                    if not answer and line.has_an_answer:
                        answer = line.answer()
                line.send(b"0\r\n\r\n" if chunked else b"")
                answer = answer or line.answer()
                assert answer
                assert answer.status == 413
                assert answer.headers["content-type"] == "application/problem+json"
                assert json.loads(answer.body)["code"] == "body_too_large"
                assert line.further_answers() == []
            assert highest - before < 10 * MIB


class TestMalformedRequest:
    def test_is_rejected_or_has_its_normal_effect(self, both: BothDatabases) -> None:
        """R1: `Host` with a path changes `request.url`, and with it who may do what.

        CVE-2026-48710 (Starlette); CWE-807.
        """
        for (name, (right, request)), service in product(ODD_REQUESTS.items(), both.services):
            username = a_name()
            with row(name):
                with Line(service) as line:
                    line.send(request.replace(PLACEHOLDER, username.encode()))
                    answer = line.answer()
                    assert answer
                    assert answer.status in right, answer.body
                    assert line.further_answers() == []
                again = service.register(a_registration(username=username))
                assert again.status_code == (409 if answer.status == 201 else 201)

    def test_no_request_smuggling(self, both: BothDatabases) -> None:
        for (name, (first, later)), service in product(SMUGGLED_REQUESTS.items(), both.services):
            username = a_name()
            with row(name):
                with Line(service) as line:
                    line.send(first.replace(PLACEHOLDER, username.encode()))
                    answer = line.answer()
                    assert answer
                    assert 200 <= answer.status < 500
                    line.send(later.replace(PLACEHOLDER, username.encode()))
                    assert line.further_answers() == []
                assert service.register(a_registration(username=username)).status_code == 201

    def test_expect_continue(self, both: BothDatabases) -> None:
        request = a_request(POST, b"Expect: 100-continue").replace(PLACEHOLDER, a_name().encode())
        head, _, body = request.partition(b"\r\n\r\n")
        for service in both.services:
            with Line(service) as line:
                line.send(head + b"\r\n\r\n")
                carry_on = line.answer()
                line.send(body)
                answer = line.answer()
                assert carry_on
                assert answer
                assert (carry_on.status, answer.status) == (100, 201)

    def test_response_has_the_usual_form(self, both: BothDatabases) -> None:
        for service in both.services:
            with Line(service) as line:
                line.send(a_request(b"POST /users/register HTTP/a.b"))
                answer = line.answer()
            assert answer
            assert answer.status == 400
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
            assert answer.headers["content-type"] == "application/problem+json"


class TestLog:
    def test_contains_no_input(self, new_twins: BothDatabases) -> None:
        """R4 (CVE-2020-7694 (uvicorn); CWE-117, CWE-150): escape sequences and line ends in the log."""
        for body in (*BODIES.values(), *TOO_LARGE.values(), *ACCEPTABLE.values()):
            new_twins.post(body)
        for each in NAUGHTY_STRINGS:
            new_twins.register(password=f"{CANARY} {each}", fullname=each)
        for service in new_twins.services:
            for request in (
                *(request for _, request in ODD_REQUESTS.values()),
                *(first for first, _ in SMUGGLED_REQUESTS.values()),
            ):
                with Line(service) as line:
                    line.send(request)
                    answer = line.answer()
                assert answer
                assert CANARY.encode() not in answer.body
        for log in new_twins.stop():
            assert log.count(f"method=POST route={URL} status=422 ") > len(BODIES)
            assert CANARY not in log
            assert "canary-user" not in log
            assert "[error" not in log
            assert "Traceback" not in log
            assert log.replace("\n", "").isprintable()


def _renamed(body: bytes, name: str) -> bytes:
    old = "canary-user"
    return body.replace(old.encode(), name.encode()).replace(_escaped(old), _escaped(name))


def _escaped(name: str) -> bytes:
    return "".join(f"\\u{ord(c):04x}" for c in name).encode()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
