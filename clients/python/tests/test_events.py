"""How the event feed is read (docs/integrate/events.md)."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from fastauth_client.client_credentials import ClientCredentials
from fastauth_client.event_answers import Event
from fastauth_client.events import CursorTooOld, EventReader, EventsRefused

ISSUER = "https://auth.example.com"
EVENT = {
    "id": "ev_1_5",
    "type": "user.disabled",
    "at": "2026-11-26T12:00:00.000005Z",
    "subject": "7",
    "data": {},
}
USER = {
    "subject": "7",
    "username": "ann",
    "fullname": "Ann",
    "email": None,
    "disabled": False,
    "roles": ["a"],
}


class Service:
    """Answers with the next of the given responses, or raises it."""

    def __init__(self, *answers: httpx2.Response | Exception | dict[str, Any]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.slept: list[float] = []
        self.tokens = 0

    def token(self) -> str:
        self.tokens += 1
        return f"token{self.tokens}"

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def reader(self, **options: Any) -> EventReader:  # noqa: ANN401  those of the reader
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        return EventReader(ISSUER, **{"token": self.token, "http": client, "sleep": self.sleep, **options})

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(200, json=answer) if isinstance(answer, dict) else answer

    def queries(self) -> list[dict[str, str]]:
        return [dict(request.url.params) for request in self.requests]


class Issuer:
    """Gives out the tokens `token1`, `token2` and so on."""

    def __init__(self) -> None:
        self.issued = 0

    def answer(self, _: httpx2.Request) -> httpx2.Response:
        self.issued += 1
        token = {"access_token": f"token{self.issued}", "token_type": "Bearer", "expires_in": 600}
        return httpx2.Response(200, json=token)


def answer(*events: dict[str, Any], next: str = "c2", more: bool = False) -> dict[str, Any]:  # noqa: A002  the member
    return {"events": list(events), "next": next, "more": more}


async def taken(batches: AsyncIterator[Any], number: int) -> list[Any]:
    return [await anext(batches) for _ in range(number)]


class TestBatches:
    async def test_continue_with_the_cursor_of_the_batch_before(self) -> None:
        service = Service(answer(EVENT, next="c2", more=True), answer(EVENT, next="c3"))
        first, second = await taken(service.reader().batches("c1"), 2)
        at = datetime(2026, 11, 26, 12, 0, 0, 5, tzinfo=UTC)
        assert first.events == [Event(id="ev_1_5", type="user.disabled", at=at, subject="7", data={})]
        assert (first.cursor, second.cursor) == ("c2", "c3")
        assert service.queries() == [{"after": "c1", "limit": "500"}, {"after": "c2", "limit": "500"}]
        assert service.slept == []
        assert service.requests[0].headers["authorization"] == "Bearer token1"
        assert str(service.requests[0].url).startswith(f"{ISSUER}/v1/events?")

    async def test_pause_once_there_is_no_more(self) -> None:
        service = Service(answer(next="c2"), answer(EVENT, next="c3"))
        (batch,) = await taken(service.reader(interval=2.0).batches("c1"), 1)
        assert (batch.cursor, service.slept) == ("c3", [2.0])

    async def test_empty_batch_that_moves_the_cursor_far_is_given(self) -> None:
        """So a reader of rare types stores where it is."""
        service = Service(answer(next="c2", more=True))
        (batch,) = await taken(service.reader(types=["user.erased"]).batches("c1"), 1)
        assert (batch.events, batch.cursor) == ([], "c2")
        assert service.queries()[0]["types"] == "user.erased"

    async def test_empty_batch_is_given_after_an_hour_if_the_cursor_has_moved(self) -> None:
        service = Service(*(answer(next="c1") for _ in range(9)), *(answer(next="c2") for _ in range(9)))
        (batch,) = await taken(service.reader(interval=1800.0).batches("c1"), 1)
        assert (batch.events, batch.cursor, len(service.requests)) == ([], "c2", 10)

    async def test_failures_are_repeated_with_the_same_cursor(self) -> None:
        service = Service(
            httpx2.ConnectError("away"),
            httpx2.Response(503, headers={"Retry-After": "3"}),
            httpx2.Response(429, headers={"Retry-After": "3600"}),
            httpx2.Response(200, content=b"<html>"),
            httpx2.Response(200, json={"events": [{}], "next": "c2", "more": False}),
            answer(EVENT),
        )
        await taken(service.reader().batches("c1"), 1)
        assert {query["after"] for query in service.queries()} == {"c1"}
        assert len(service.slept) == 5
        assert service.slept[1] >= 3
        assert max(service.slept) <= 60

    async def test_token_is_fetched_at_each_request(self) -> None:
        async def token() -> str:
            return "from elsewhere"

        service = Service(httpx2.Response(401), answer(EVENT))
        await taken(service.reader(token=token).batches("c1"), 1)
        assert service.requests[1].headers["authorization"] == "Bearer from elsewhere"

    async def test_token_that_was_refused_is_discarded(self) -> None:
        """Else a revoked token is sent again until four fifths of its life are over."""
        issuer = Issuer()
        credentials = ClientCredentials(
            ISSUER, "fa_c_1", "fa_cs_x", transport=httpx2.MockTransport(issuer.answer)
        )
        statuses = (401, 503, 429)
        service = Service(*(httpx2.Response(status) for status in statuses), answer(EVENT))
        await taken(service.reader(token=credentials.token).batches("c1"), 1)
        sent = [request.headers["authorization"] for request in service.requests]
        assert sent == ["Bearer token1", "Bearer token2", "Bearer token2", "Bearer token2"]

    async def test_missing_permission_and_bad_request_are_errors(self) -> None:
        for status in (400, 403, 404, 422):
            service = Service(httpx2.Response(status, json={"code": "not_permitted"}))
            with pytest.raises(EventsRefused, match=str(status)):
                await taken(service.reader().batches("c1"), 1)

    async def test_old_cursor_is_an_error(self) -> None:
        service = Service(httpx2.Response(410, json={"code": "cursor_too_old"}))
        with pytest.raises(CursorTooOld):
            await taken(service.reader().batches("c1"), 1)


class TestNow:
    async def test_is_the_cursor_without_events(self) -> None:
        service = Service(answer(next="c9"))
        assert await service.reader().now() == "c9"
        assert service.queries() == [{"limit": "500"}]


class TestUsers:
    async def test_pages_until_the_last(self) -> None:
        pages: list[dict[str, Any]] = [
            {"users": [USER], "next": "u2", "events_after": "c1"},
            {"users": [USER | {"subject": "8"}], "next": None, "events_after": "c1"},
        ]
        service = Service(*pages)
        found = [page async for page in service.reader().users()]
        assert [[each.subject for each in page.users] for page in found] == [["7"], ["8"]]
        assert {page.events_after for page in found} == {"c1"}
        assert found[0].users[0].roles == ("a",)
        assert service.queries() == [{"limit": "500"}, {"after": "u2", "limit": "500"}]


class TestEventReader:
    def test_address_must_be_https(self) -> None:
        with pytest.raises(ValueError, match="https"):
            EventReader("http://auth.example.com", token=lambda: "x")
        EventReader("http://auth.example.com", token=lambda: "x", require_https=False)

    async def test_refusal_does_not_show_the_token(self) -> None:
        canary = "canary-token"
        show: Callable[[], str] = lambda: canary  # noqa: E731  a token as text
        service = Service(httpx2.Response(403, json={"code": "not_permitted", "detail": canary}))
        reader = service.reader(token=show)
        with pytest.raises(EventsRefused) as refused:
            await taken(reader.batches("c1"), 1)
        assert canary not in f"{refused.value!r} {reader!r}"
