"""The revocation feed (docs/integrate/revocations.md)."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from clients.python.tests.fakes import (
    SERVICE_KEY,
    CountingMetrics,
    FakeClock,
    FakeIssuerServer,
    revocation,
)

from fastauth_client import Demand, FeedStale, InvalidToken, Revocations, Revoked, Verifier
from fastauth_client.feed import Feed, FeedError
from fastauth_client.feed_answer import read_answer
from fastauth_client.metrics import NoMetrics
from fastauth_client.revoked_tokens import Kind, Revocation, RevokedTokens

URL = "https://auth.example.com/v1/revocations"


class Follower:
    """A feed and what it knows, polled by hand."""

    def __init__(self, server: FakeIssuerServer, clock: FakeClock, http: httpx2.AsyncClient) -> None:
        self.revoked = RevokedTokens(clock)
        settings = Revocations(SERVICE_KEY)
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
        assert {request.headers["Authorization"] for request in requests} == {f"Bearer {SERVICE_KEY}"}
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
    async def test_after_a_failure_is_what_the_service_asks_for_up_to_a_limit(
        self, follower: Follower
    ) -> None:
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
            await follower.poll(httpx2.ConnectError(f"down {SERVICE_KEY}"))
        assert SERVICE_KEY not in str(caught.value) + caplog.text
        assert SERVICE_KEY not in repr(Revocations(SERVICE_KEY))


class TestAnswer:
    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ('"after": null', "after"),
            ('"after": "a b"', "after"),
            ('"after": ""', "after"),
            ('"more": 1', "more"),
            ('"waited": -1', "waited"),
            ('"waited": "1"', "waited"),
            ('"waited": 1e999', "waited"),
            ('"nonce": 1', "nonce"),
            ('"revocations": {}', "revocations"),
            ('"revocations": [1]', "revocations"),
            ('"revocations": [{"kind": 1}]', "revocations"),
            ('"revocations": [{"kind": "sid", "value": 1, "at": 1, "until": 2}]', "value"),
            ('"revocations": [{"kind": "sid", "value": "", "at": 1, "until": 2}]', "value"),
            ('"revocations": [{"kind": "sid", "value": "a", "at": "1", "until": 2}]', "at"),
            ('"revocations": [{"kind": "sid", "value": "a", "at": 1}]', "until"),
        ],
    )
    def test_error_names_the_member(self, change: str, named: str) -> None:
        members = ['"revocations": []', '"after": "c1"', '"more": false', '"waited": 0', '"nonce": "n"']
        name = change.partition(":")[0]
        body = ", ".join([each for each in members if not each.startswith(name)] + [change])
        with pytest.raises(ValueError, match=f"^{named}: "):
            read_answer(f"{{{body}}}".encode())

    def test_ignores_what_it_does_not_know(self) -> None:
        answer = read_answer(
            b'{"revocations": [{"kind": "new", "x": 1}, {"kind": "sid", "value": "a", "at": 1, "until": 2,'
            b' "y": 3}], "after": "c1", "more": false, "waited": 0.5, "z": null}'
        )
        assert answer.revocations == [Revocation("sid", "a", 1, 2)]
        assert answer.nonce is None


@pytest.fixture
def verifier(server: FakeIssuerServer, clock: FakeClock) -> Verifier:
    return Verifier(server.issuer.issuer, audience=server.issuer.audience, clock=clock)


class TestRevoked:
    @pytest.mark.parametrize("kind", ["sid", "sub", "client", "jti", "kid"])
    def test_tokens_are_refused(
        self, server: FakeIssuerServer, clock: FakeClock, verifier: Verifier, kind: Kind
    ) -> None:
        claims = server.issuer.claims()
        value = {"client": "fastauth", "kid": server.issuer.kid}.get(kind) or claims[kind]
        token = server.issuer.sign(claims)
        with verifier.trusting(server.issuer.jwks) as revoked:
            for other in {"sid", "sub", "client", "jti", "kid"} - {kind}:
                revoked.add([Revocation(other, value, clock.now, clock.now + 360)])  # type: ignore[arg-type]
            verifier.verify_sync(token)
            revoked.add([Revocation(kind, value, clock.now, clock.now + 360)])
            with pytest.raises(Revoked):
                verifier.verify_sync(token)

    @pytest.mark.parametrize("kind", ["sub", "client"])
    def test_of_a_user_or_a_client_concerns_earlier_tokens_alone(
        self, server: FakeIssuerServer, clock: FakeClock, verifier: Verifier, kind: Kind
    ) -> None:
        clock.now = at = int(clock.now) + 0.5
        value = "1" if kind == "sub" else "fastauth"
        with verifier.trusting(server.issuer.jwks) as revoked:
            revoked.add([Revocation(kind, value, at, at + 360)])
            for issued_at, refused in [(int(at) - 60, True), (int(at), True), (int(at) + 1, False)]:
                token = server.issuer.token("1", iat=issued_at)
                if refused:
                    with pytest.raises(Revoked):
                        verifier.verify_sync(token)
                else:
                    verifier.verify_sync(token)

    def test_applied_out_of_order_the_latest_counts(self, clock: FakeClock) -> None:
        entries = [Revocation("sub", "1", at, at + 360) for at in (clock.now, clock.now - 9, clock.now - 3)]
        orders = [entries, entries[::-1], entries * 3]
        for order in orders:
            revoked = RevokedTokens(clock)
            for each in order:
                revoked.add([each])
            assert len(revoked) == 1
            assert revoked.is_revoked("sub", "1", clock.now)
            assert not revoked.is_revoked("sub", "1", clock.now + 1)

    @pytest.mark.parametrize("skew", [-30, 0, 30])
    def test_stays_refused_until_the_token_has_expired_whatever_the_clock(
        self, server: FakeIssuerServer, clock: FakeClock, skew: int
    ) -> None:
        """An entry is deleted late enough for a clock that is wrong, and the largest leeway."""
        verifier = Verifier(server.issuer.issuer, audience=server.issuer.audience, leeway=30, clock=clock)
        claims = server.issuer.claims()
        token, at = server.issuer.sign(claims), clock.now
        with verifier.trusting(server.issuer.jwks) as revoked:
            for second in range(-25, 400, 5):
                clock.now = at + skew + second
                revoked.add([Revocation("sid", claims["sid"], at, at + 360)] if second <= 0 else [])
                with pytest.raises(InvalidToken):
                    pytest.fail(f"{second}: {verifier.verify_sync(token)!r}")

    def test_later_revocation_outlives_the_earlier_one(self, clock: FakeClock) -> None:
        revoked, first = RevokedTokens(clock), clock.now
        revoked.add([Revocation("sub", "1", first, first + 360)])
        revoked.add([Revocation("sub", "1", first + 300, first + 660)])
        clock.now = first + 500
        revoked.add([])
        assert revoked.is_revoked("sub", "1", first + 300)
        clock.now = first + 661
        revoked.add([])
        assert len(revoked) == 0

    def test_entries_are_deleted_when_they_are_over(self, clock: FakeClock) -> None:
        revoked = RevokedTokens(clock)
        for number in range(100):
            revoked.add([Revocation("sid", str(number), clock.now, clock.now + 60)])
            clock.now += 1
        assert 60 <= len(revoked) <= 62


class TestBeyondTheBound:
    """What happens when the feed has been away for longer than its bound."""

    @pytest.mark.parametrize("beyond", ["accept", "refuse"])
    async def test_is_the_choice_of_the_service(
        self,
        server: FakeIssuerServer,
        clock: FakeClock,
        beyond: Any,  # noqa: ANN401
    ) -> None:
        metrics, fresh = CountingMetrics(), Demand(fresh=True)
        server.feed_answers = [{"after": "c1"}]
        async with server.client() as http:
            verifier = Verifier(
                server.issuer.issuer, audience=server.issuer.audience, http=http, clock=clock,
                metrics=metrics, revocations=Revocations(SERVICE_KEY, bound=2, beyond=beyond),
            )  # fmt: skip
            async with verifier:
                token = server.issuer.token()
                clock.now += 2
                await verifier.verify(token, demand=fresh)
                clock.now += 0.5
                with pytest.raises(FeedStale):
                    await verifier.verify(token, demand=fresh)
                if beyond == "refuse":
                    with pytest.raises(FeedStale):
                        await verifier.verify(token)
                else:
                    await verifier.verify(token)
                    assert metrics.counts["token", "accepted_while_stale"] == 1

    async def test_invalid_token_is_still_told_to_be_invalid(
        self, server: FakeIssuerServer, clock: FakeClock
    ) -> None:
        server.feed_answers = [{"revocations": [revocation("sub", "1", clock.now)]}]
        async with server.client() as http:
            verifier = Verifier(
                server.issuer.issuer, audience=server.issuer.audience, http=http, clock=clock,
                revocations=Revocations(SERVICE_KEY, beyond="refuse"),
            )  # fmt: skip
            async with verifier:
                clock.now += 60
                with pytest.raises(Revoked):
                    await verifier.verify(server.issuer.token())

    def test_fresh_without_a_feed_is_refused(self, server: FakeIssuerServer, verifier: Verifier) -> None:
        caller = server.issuer.verifier().verify_sync(server.issuer.token())
        with pytest.raises(FeedStale):
            verifier.check(caller, Demand(fresh=True))


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "name"),
        [
            ({"key": ""}, "key"),
            ({"key": "a b"}, "key"),
            ({"key": "a\nb"}, "key"),
            ({"key": "é"}, "key"),
            ({"bound": 0}, "bound"),
            ({"beyond": "ignore"}, "beyond"),
        ],
    )
    def test_error_names_the_setting_and_not_the_key(self, settings: dict[str, Any], name: str) -> None:
        with pytest.raises(ValueError, match=f"^{name}: must be"):
            Revocations(**({"key": SERVICE_KEY} | settings))
