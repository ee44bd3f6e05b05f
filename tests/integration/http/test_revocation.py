"""Ended sessions and disabled accounts."""

import asyncio
from functools import partial

from sqlalchemy import make_url
from tests.harness.local_service import LocalService
from tests.harness.service import Client, Service
from tests.harness.sessions import (
    RACES,
    SHARED,
    a_user,
    is_active,
    logged_in,
    meanwhile,
    session_id_of,
)

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down


class TestRevocation:
    def test_survives_a_restart(self, database_url: str) -> None:
        """R15 (CVE-2026-9802 (Keycloak); CWE-613): a revoked token is valid again after a restart.

        R56 (CVE-2026-9802 (Keycloak), keycloak #51127; CWE-613): an ended session comes back from a
        cache.
        """
        with LocalService(database_url, **SHARED) as service, service.client() as client:
            ways = ["here", "there", "everywhere", "by a new password", "by the operator"]
            users = {way: a_user(client) for way in ways}
            revoked = {way: logged_in(client, user) for way, user in users.items()}
            kept = {way: logged_in(client, users[way]) for way in ("here", "there", "by a new password")}

            assert client.log_out(revoked["here"]).status_code == 204
            there = f"/{session_id_of(revoked['there'])}"
            assert client.log_out(kept["there"], there).status_code == 204
            assert client.log_out(revoked["everywhere"], "").status_code == 204
            way = "by a new password"
            assert client.change_password(kept[way], users[way]["password"], "another").status_code == 204
            service.run("users", "disable", users["by the operator"]["username"])

            # The first service still runs: no shutdown of it has stored anything.
            with LocalService(database_url, **SHARED) as restarted, restarted.client() as other:
                assert [way for way, tokens in revoked.items() if is_active(other, tokens)] == []
                assert all(is_active(other, tokens) for tokens in kept.values())

    def test_survives_enabling_the_account(self, service: Service, client: Client) -> None:
        settings = Settings(database_url=make_url(service.database_url))
        user = a_user(client)
        tokens = logged_in(client, user)
        asyncio.run(disable(user["username"], settings))
        assert client.log_in(user).status_code == 401
        asyncio.run(enable(user["username"], settings))
        assert not is_active(client, tokens)
        assert is_active(client, logged_in(client, user))


class TestDisabling:
    def test_ends_concurrent_logins(self, service: Service, client: Client) -> None:
        settings = Settings(database_url=make_url(service.database_url))
        for _ in range(RACES):
            user = a_user(client)
            inside = logged_in(client, user)
            _, came = meanwhile(
                partial(asyncio.run, disable(user["username"], settings)), service, user, inside
            )
            assert {each.status_code for each in came} <= {200, 201, 401}
            for each in came:
                assert each.status_code == 401 or not is_active(client, each.json())
            assert not is_active(client, inside)


async def disable(name: str, settings: Settings) -> None:
    container = Container(settings=settings)
    await container.disable_user()(username=name)
    await shut_down(container)


async def enable(name: str, settings: Settings) -> None:
    container = Container(settings=settings)
    await container.enable_user()(username=name)
    await shut_down(container)
