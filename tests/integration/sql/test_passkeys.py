"""Log-ins by passkey over real databases: of parallel ones that replay a ceremony, one wins."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.application import A_DEVICE
from tests.builders import a_name
from tests.harness.authenticator import DEVICE_BOUND, Authenticator

from fastauth.adapters.sql import Database
from fastauth.application.sessions.login_result import LoginResult
from fastauth.domain.errors import FastauthError
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

PARALLEL = 32


@pytest.fixture
async def container(database: Database) -> AsyncIterator[Container]:
    settings = Settings(secret_key="the secret key of the tests, 32 bytes", rate_limits=False)  # type: ignore[arg-type]  # pydantic reads it
    container = Container(settings=settings, database=database)
    await container.rotate_keys()()
    yield container
    container.hashing_pool().close()


async def register(container: Container, authenticator: Authenticator) -> str:
    """Create an account with a passkey; return its username."""
    username = a_name()
    begun = await container.begin_passkey_registration()(username=username, fullname="A", address="192.0.2.1")
    credential = authenticator.create(begun.options)
    await container.register_with_passkey()(token=begun.token, credential=credential)
    return username


async def assertion(container: Container, authenticator: Authenticator, **conduct: object) -> dict[str, Any]:
    begun = await container.begin_passkey_log_in()()
    return {"token": begun.token, "credential": authenticator.get(begun.options, **conduct)}


async def log_ins(container: Container, *given: dict[str, Any]) -> list[LoginResult]:
    """Log in at once with each; return those that succeeded. The others were refused."""
    log_in = container.log_in_with_passkey()
    found = await asyncio.gather(*(log_in(**each, client=A_DEVICE) for each in given), return_exceptions=True)
    results = [each for each in found if isinstance(each, LoginResult)]
    assert {type(each) for each in found} <= {LoginResult, InvalidCredentials}, found
    return results


class TestRace:
    async def test_of_one_ceremony(self, container: Container) -> None:
        authenticator = Authenticator()
        await register(container, authenticator)
        given = await assertion(container, authenticator)
        assert len(await log_ins(container, *[given] * PARALLEL)) == 1

    async def test_of_one_counter(self, container: Container) -> None:
        """Each has a ceremony of its own, and all have one counter, as copies of a key would."""
        authenticator = Authenticator(DEVICE_BOUND)
        await register(container, authenticator)
        given = [await assertion(container, authenticator)]
        given += [await assertion(container, authenticator, step=0) for _ in range(7)]
        assert len(await log_ins(container, *given)) == 1

    async def test_log_ins_and_removals_do_not_deadlock(self, container: Container) -> None:
        """A log-in has its session before the passkey goes, or is refused."""
        authenticators = [Authenticator() for _ in range(3)]
        await register(container, authenticators[0])
        (first,) = await log_ins(container, await assertion(container, authenticators[0]))
        for authenticator in authenticators[1:]:
            caller = await container.authenticate()(access_token=first.tokens.access.text)
            begun = await container.begin_passkey()(caller=caller)
            credential = authenticator.create(begun.options)
            await container.add_passkey()(caller=caller, token=begun.token, credential=credential)
        given = [await assertion(container, each) for each in authenticators for _ in range(4)]
        caller = await container.authenticate()(access_token=first.tokens.access.text)
        removed, _ = await asyncio.gather(remove_all(container, caller), log_ins(container, *given))
        assert removed == ["LastCredential", "removed", "removed"]


async def remove_all(container: Container, caller: AuthenticatedUser) -> list[str]:
    """Remove all passkeys of an account at once; return what became of each, in order."""
    own = await container.list_passkeys()(caller=caller)

    async def remove(id_: str) -> str:
        try:
            await container.remove_passkey()(caller=caller, id_=id_)
        except FastauthError as error:
            return type(error).__name__
        return "removed"

    return sorted(await asyncio.gather(*(remove(each.id) for each in own.passkeys)))
