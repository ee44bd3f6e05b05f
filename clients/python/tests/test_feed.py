"""How the revocation feed is followed (docs/integrate/revocations.md)."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from clients.python.tests.fakes import (
    CLIENT_SECRET,
    FakeClock,
    FakeIssuerServer,
    revocation,
)

from fastauth_client import Revocations
from fastauth_client.feed import Feed, FeedError
from fastauth_client.metrics import NoMetrics
from fastauth_client.revoked_tokens import RevokedTokens

URL = "https://auth.example.com/v1/revocations"


class Follower:
    """A feed and what it has read, polled by hand."""

    def __init__(self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient) -> None:
        self.revoked = RevokedTokens(clock)
        settings = Revocations(CLIENT_SECRET)
        self.feed = Feed(settings, URL, revoked=self.revoked, clock=clock, metrics=NoMetrics())
        self.server, self.http = server, http

    async def poll(self, answer: Any = None) -> None:  # noqa: ANN401  see `FakeIssuerServer`
        self.server.feed_answers.append({} if answer is None else answer)
        await self.feed.poll(self.http)

    def last_query(self) -> dict[str, str]:
        query = dict(self.server.feed_requests[-1].url.params)
        del query["nonce"]
        return query


@pytest.fixture
async def follower(server: FakeIssuerServer, clock: FakeClock) -> AsyncIterator[Follower]:
    async with server.client() as http:
        yield Follower(server, clock, http)


class TestRequest:
    async def test_has_the_key_the_cursor_and_another_nonce_each_time(self, follower: Follower) -> None:
        await follower.poll({"after": "c1"})
        assert follower.last_query() == {}
        await follower.poll({"after": "c2"})
        assert follower.last_query() == {"after": "c1", "wait": "1"}
        requests = follower.server.feed_requests
        assert {request.headers["Authorization"] for request in requests} == {f"Bearer {CLIENT_SECRET}"}
        assert len({request.url.params["nonce"] for request in requests}) == 2

    async def test_does_not_wait_while_there_is_more(self, follower: Follower) -> None:
        await follower.poll({"after": "c1", "more": True})
        await follower.poll()
        assert follower.last_query() == {"after": "c1", "wait": "0"}

    async def test_begins_again_after_the_cursor_was_refused(self, follower: Follower) -> None:
        await follower.poll()
        with pytest.raises(FeedError, match="422"):
            await follower.poll(httpx2.Response(422))
        await follower.poll()
        assert follower.last_query() == {}


class TestStaleness:
    """All times are of the client's own monotonic clock."""

    async def test_is_infinite_before_the_first_complete_answer(self, follower: Follower) -> None:
        assert follower.feed.staleness == float("inf")
        await follower.poll({"more": True})
        assert follower.feed.staleness == float("inf")
        await follower.poll()
        assert follower.feed.staleness == 0

    async def test_counts_from_the_request_and_the_time_that_the_service_held_it(
        self, follower: Follower, clock: FakeClock
    ) -> None:
        def take_one_second() -> None:
            clock.now += 1

        follower.server.before_answer = take_one_second
        await follower.poll({"waited": 0.75})
        assert follower.feed.staleness == pytest.approx(0.25)

    async def test_of_a_delayed_answer_has_the_delay_in_it(
        self, follower: Follower, clock: FakeClock
    ) -> None:
        def take_a_minute() -> None:
            clock.now += 60

        follower.server.before_answer = take_a_minute
        await follower.poll({"waited": 0.75})
        assert follower.feed.staleness == pytest.approx(59.25)

    async def test_is_never_negative(self, follower: Follower) -> None:
        await follower.poll({"waited": 3_600})
        assert follower.feed.staleness == 0

    async def test_does_not_shrink_by_a_replayed_answer(self, follower: Follower, clock: FakeClock) -> None:
        """A cache repeats an old answer: what it says is applied, and proves nothing about now."""
        await follower.poll()
        clock.now += 5
        with pytest.raises(FeedError, match="another request"):
            await follower.poll(
                {"nonce": "old", "after": "c0", "revocations": [revocation("sid", "a", clock.now)]}
            )
        assert follower.feed.staleness == pytest.approx(5)
        assert len(follower.revoked) == 1
        await follower.poll()
        assert follower.last_query()["after"] == "c1"

    async def test_grows_while_the_feed_is_down(self, follower: Follower, clock: FakeClock) -> None:
        await follower.poll()
        for failure in (
            httpx2.Response(503), httpx2.Response(401), httpx2.Response(302, headers={"Location": URL}),
            httpx2.Response(200, text="<html>"), httpx2.Response(200, content=b"x" * 5_000_000),
            httpx2.ConnectError("down"), httpx2.ReadTimeout("slow"),
        ):  # fmt: skip
            clock.now += 1
            with pytest.raises(FeedError):
                await follower.poll(failure)
        assert follower.feed.staleness == pytest.approx(7)


class TestPause:
    async def test_after_a_failure_is_that_of_retry_after_up_to_a_limit(self, follower: Follower) -> None:
        for answer, pause in [
            (httpx2.Response(503, headers={"Retry-After": "2"}), 2),
            (httpx2.Response(429, headers={"Retry-After": "3600"}), 5),
            (httpx2.Response(503, headers={"Retry-After": "Thu, 26 Nov 2026 05:00:00 GMT"}), 0),
            (httpx2.Response(503), 0),
            (httpx2.Response(401), 5),
            (httpx2.Response(403), 5),
        ]:
            with pytest.raises(FeedError) as caught:
                await follower.poll(answer)
            assert caught.value.pause == pause, answer

    async def test_log_has_no_key(self, follower: Follower, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG), pytest.raises(FeedError) as caught:
            await follower.poll(httpx2.ConnectError(f"down {CLIENT_SECRET}"))
        assert CLIENT_SECRET not in str(caught.value) + caplog.text
        assert CLIENT_SECRET not in repr(Revocations(CLIENT_SECRET))
