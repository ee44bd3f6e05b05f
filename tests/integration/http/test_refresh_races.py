"""Refreshes of one token at the same moment, and two services on one database."""

import asyncio
from collections import Counter
from itertools import chain

import httpx2
import pytest
from sqlalchemy import Engine, select
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.local_service import LocalService
from tests.harness.service import DEADLINE, NO_TLS, Service, is_unavailable
from tests.harness.sessions import (
    NO_GRACE,
    SHARED,
    TokenPair,
    a_user,
    engine_of,
    is_active,
    logged_in,
    session_id_of,
    tokens_of,
    two_services,
)

from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.signing_keys.tables import signing_key

CLIENTS = 64
ROUNDS = size(1, 8)  # of 64 clients each


LONG_GRACE = {"FASTAUTH_REFRESH_GRACE_SECONDS": "60"}
"""On a busy machine, 64 requests may take longer than the default of 10 s."""


def refreshed_at_once(several: list[Service], tokens: TokenPair) -> list[httpx2.Response]:
    """Refresh with one token from many clients, spread over the services, all connected before.

    A client whose answer is 503, as may be on a busy machine, sends it again. Both answers are returned.
    """

    async def refreshed() -> list[httpx2.Response]:
        share = CLIENTS // len(several)
        limits = httpx2.Limits(max_connections=share, max_keepalive_connections=share)
        clients = [
            httpx2.AsyncClient(base_url=service.url, timeout=DEADLINE, limits=limits, verify=NO_TLS)
            for service in several
        ]
        all_clients = clients * share
        body = {"refresh_token": tokens["refresh_token"]}

        async def refreshed_by(client: httpx2.AsyncClient) -> list[httpx2.Response]:
            answers = [await client.post("/sessions/refresh", json=body)]
            while is_unavailable(answers[-1]):
                answers.append(await client.post("/sessions/refresh", json=body))
            return answers

        try:
            await asyncio.gather(*(client.get("/ping") for client in all_clients))
            return [*chain(*await asyncio.gather(*map(refreshed_by, all_clients)))]
        finally:
            for client in clients:
                await client.aclose()

    return asyncio.run(refreshed())


class TestRefreshRace:
    """64 clients of two processes refresh with one token."""

    def test_has_one_winner_without_grace_and_ends_the_session(self, database_url: str) -> None:
        """R14 (CVE-2026-1035 (Keycloak); CWE-367): parallel refreshes of one token give several."""
        with (
            engine_of(database_url) as engine,
            two_services(database_url, **NO_GRACE) as (one, other),
            one.client() as client,
            other.client() as other_client,
        ):
            user = a_user(client)
            for _ in range(ROUNDS):
                tokens = logged_in(client, user)
                answers = refreshed_at_once([one, other], tokens)
                statuses = Counter(answer.status_code for answer in answers)
                lost = statuses.pop(503, 0)  # the successor may be in an answer that did not come
                assert statuses in ({200: 1, 401: CLIENTS - 1}, {401: CLIENTS} if lost else None)
                for successor in (answer.json() for answer in answers if answer.status_code == 200):
                    assert successor["refresh_token"] != tokens["refresh_token"]
                    for each in (client, other_client):
                        assert not is_active(each, successor)
                assert events_of(engine, tokens) == [
                    "login_succeeded",
                    "session_renewed",
                    "refresh_token_reused",
                ]

    @pytest.mark.parametrize("backend", ["postgres", "sqlite"] if IS_THOROUGH else ["postgres"])
    def test_gives_all_clients_the_same_successor_within_the_grace(
        self, request: pytest.FixtureRequest, backend: str
    ) -> None:
        database_url: str = request.getfixturevalue(f"{backend}_url")
        with (
            engine_of(database_url) as engine,
            two_services(database_url, **LONG_GRACE) as (one, other),
            one.client() as client,
            other.client() as other_client,
        ):
            tokens = logged_in(client, a_user(client))
            for _ in range(ROUNDS):
                answers = [
                    each for each in refreshed_at_once([one, other], tokens) if not is_unavailable(each)
                ]
                assert Counter(answer.status_code for answer in answers) == {200: CLIENTS}
                assert len({answer.json()["refresh_token"] for answer in answers}) == 1
                tokens = answers[0].json()
            assert is_active(other_client, tokens)
            first, *others = events_of(engine, tokens)
            assert (first, set(others)) == ("login_succeeded", {"session_renewed"})  # recorded once a minute


def events_of(engine: Engine, tokens: TokenPair) -> list[str]:
    with engine.connect() as connection:
        kinds = select(event.c.kind).where(event.c.session_id == session_id_of(tokens)).order_by(event.c.id)
        return list(connection.scalars(kinds))


class TestTwoServices:
    def test_share_sessions_and_keys_from_the_first_second(self, database_url: str) -> None:
        with (
            engine_of(database_url) as engine,
            LocalService(database_url, **SHARED) as one,
            LocalService(database_url, **SHARED) as other,
            one.client() as client,
            other.client() as other_client,
        ):
            user = a_user(client)
            tokens = logged_in(client, user)
            assert other_client.me(tokens).json()["username"] == user["username"]
            tokens = tokens_of(other_client.refresh(tokens))
            assert client.me(tokens).status_code == 200
            assert client.log_out(tokens).status_code == 204
            assert not is_active(other_client, tokens)

            with engine.connect() as connection:
                [kid] = connection.scalars(select(signing_key.c.kid))
            for each in (client, other_client):
                assert [key["kid"] for key in each.get("/.well-known/jwks.json").json()["keys"]] == [kid]
