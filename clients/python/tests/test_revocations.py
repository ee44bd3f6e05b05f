"""The choice of a service about the revocation feed."""

import asyncio
from math import isinf
from typing import Any, Literal

import pytest
from clients.python.tests.fakes import (
    CLIENT_SECRET,
    CountingMetrics,
    FakeClock,
    FakeIssuerServer,
    revocation,
)

from fastauth_client import Demand, FeedStale, Revocations, Revoked, Verifier


async def feed_read(verifier: Verifier) -> None:
    """Return once the feed was read: the first attempt may take longer than its timeout on a busy machine."""
    while isinf(verifier.staleness):  # noqa: ASYNC110  the verifier has no event for it
        await asyncio.sleep(0.01)


class TestBeyondTheBound:
    """What happens when the feed has been away for longer than its bound."""

    @pytest.mark.parametrize("beyond", ["accept", "refuse"])
    async def test_is_the_choice_of_the_service(
        self,
        server: FakeIssuerServer,
        clock: FakeClock,
        beyond: Literal["accept", "refuse"],
    ) -> None:
        metrics, fresh = CountingMetrics(), Demand(fresh=True)
        server.feed_answers = [{"after": "c1"}]
        async with server.client() as http:
            verifier = Verifier(
                server.issuer.issuer, audience=server.issuer.audience, http=http, clock=clock,
                metrics=metrics, revocations=Revocations(CLIENT_SECRET, bound=2, beyond=beyond),
            )  # fmt: skip
            async with verifier:
                await feed_read(verifier)
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

    async def test_invalid_token_is_still_reported_as_invalid(
        self, server: FakeIssuerServer, clock: FakeClock
    ) -> None:
        token, at = server.issuer.token(), server.issuer.claims()["iat"] + 1
        server.feed_answers = [{"revocations": [revocation("sub", "1", at)]} for _ in range(9)]
        async with server.client() as http:
            verifier = Verifier(
                server.issuer.issuer, audience=server.issuer.audience, http=http, clock=clock,
                revocations=Revocations(CLIENT_SECRET, beyond="refuse"),
            )  # fmt: skip
            async with verifier:
                await feed_read(verifier)
                clock.now += 60
                with pytest.raises(Revoked):
                    await verifier.verify(token)

    def test_fresh_without_a_feed_is_refused(self, server: FakeIssuerServer) -> None:
        verifier = Verifier(server.issuer.issuer, audience=server.issuer.audience)
        caller = server.issuer.verifier().verify_sync(server.issuer.token())
        with pytest.raises(FeedStale):
            verifier.check(caller, Demand(fresh=True))


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "name"),
        [
            ({"client_secret": ""}, "client_secret"),
            ({"client_secret": "a b"}, "client_secret"),
            ({"client_secret": "a\nb"}, "client_secret"),
            ({"client_secret": "é"}, "client_secret"),
            ({"bound": 0}, "bound"),
            ({"beyond": "ignore"}, "beyond"),
        ],
    )
    def test_error_names_the_setting_and_not_the_secret(self, settings: dict[str, Any], name: str) -> None:
        with pytest.raises(ValueError, match=f"^{name}: must be"):
            Revocations(**({"client_secret": CLIENT_SECRET} | settings))
