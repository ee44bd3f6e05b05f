"""How many statements use cases take."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, make_url
from tests.application import A_DEVICE
from tests.builders import a_name, a_registration, an_address
from tests.factor_helpers import enrol
from tests.fakes import FakeClock, FakePasswordHasher

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.domain.api_keys.errors import InvalidApiKey
from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.permissions import INTROSPECT_TOKENS
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.totp import step_of
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

IGNORED = ("BEGIN", "SAVEPOINT", "RELEASE")


class CountedContainer:
    """The container on a real database, and the statements that it has run."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.statements: list[str] = []
        self.is_sqlite = container.database().is_sqlite
        self._cursor: object = None
        self._engines = (container.database().autocommit.engine, container.database().engine.sync_engine)
        for engine in self._engines:
            event.listen(engine, "before_cursor_execute", self._note)

    def close(self) -> None:
        for engine in self._engines:
            event.remove(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, cursor: object, statement: str, *_: Any) -> None:  # noqa: ANN401  as SQLAlchemy calls it
        """Note a statement once, although some connections report it to both engines."""
        if cursor is not self._cursor and not statement.startswith(IGNORED):
            self.statements.append(statement)
        self._cursor = cursor

    def taken(self) -> list[str]:
        """Return the first two words of each statement since the last call."""
        taken = [" ".join(statement.split()[:3]) for statement in self.statements]
        self.statements.clear()
        return taken

    async def log_in(self, name: str, password: str) -> list[str]:
        """Log in, and return the statements."""
        self.taken()
        await self.container.log_in()(username=name, password=password, client=A_DEVICE)
        return self.taken()


@pytest.fixture(scope="module")
async def container(database_url_of_file: str) -> AsyncIterator[Container]:
    settings = Settings(database_url=make_url(database_url_of_file))
    # A real clock might pass the age at which keys and clients are read again.
    container = Container(settings=settings, hasher=FakePasswordHasher(), clock=FakeClock())
    await start_up(container)
    yield container
    await shut_down(container)


@pytest.fixture
def counted(container: Container) -> Iterator[CountedContainer]:
    counted = CountedContainer(container)
    yield counted
    counted.close()


class TestStatementsPerUseCase:
    async def test_registration_without_an_address(self, counted: CountedContainer) -> None:
        """As many as before there were addresses; SQLite writes the event by a statement of its own."""
        counted.taken()
        await counted.container.register_user()(**a_registration(), locale="de", address="192.0.2.1")
        assert len(counted.taken()) == (3 if counted.is_sqlite else 2)

    async def test_log_in_without_an_address(self, counted: CountedContainer) -> None:
        """As many as before there were addresses."""
        registration = a_registration()
        await counted.container.register_user()(**registration, address="192.0.2.1")
        username, password = registration["username"], registration["password"]
        await counted.log_in(username, password)  # reads the signing keys
        assert len(await counted.log_in(username, password)) == (5 if counted.is_sqlite else 2)

    async def test_own_account_costs_one_statement(self, counted: CountedContainer) -> None:
        """Front ends request it often. The session and the account are read together."""
        registration = a_registration(email=an_address().text)
        await counted.container.register_user()(**registration, address="192.0.2.1")
        username, password = registration["username"], registration["password"]
        begun = await counted.container.log_in()(username=username, password=password, client=A_DEVICE)
        assert isinstance(begun, LoginResult)
        token = begun.tokens.access.text
        await counted.container.get_own_account()(access_token=token)  # reads the signing keys
        counted.taken()
        account = await counted.container.get_own_account()(access_token=token)
        assert account.user.username.display == username
        assert len(counted.taken()) == 1

    async def test_address_costs_three_statements_at_registration(self, counted: CountedContainer) -> None:
        """The pending address, its event and the entry of the outbox."""
        counted.taken()
        registration = a_registration(email=an_address().text)
        await counted.container.register_user()(**registration, address="192.0.2.1")
        assert len(counted.taken()) == (6 if counted.is_sqlite else 5)

    async def test_address_costs_one_statement_at_log_in(self, counted: CountedContainer) -> None:
        registration, address = a_registration(), an_address()
        user = await counted.container.register_user()(**registration, address="192.0.2.1")
        addresses, now = counted.container.email_addresses(), counted.container.clock().now()
        await addresses.add_pending(user.id, address, now=now)
        await addresses.verify(user.id, address.key, now=now)
        username, password = registration["username"], registration["password"]
        await counted.log_in(username, password)  # reads the signing keys
        by_username, by_address = (
            await counted.log_in(username, password),
            await counted.log_in(address.text, password),
        )
        assert by_address[1:] == by_username

    async def test_second_factor_costs_two_statements_at_log_in(self, counted: CountedContainer) -> None:
        """The challenge, and the attempt at it. SQLite also consumes it, and stores the code, one by one."""
        registration = a_registration()
        user = await counted.container.register_user()(**registration, address="192.0.2.1")
        username, password = registration["username"], registration["password"]
        await counted.log_in(username, password)  # reads the signing keys
        by_password = await counted.log_in(username, password)
        secret, _ = await enrol(counted.container, user.id)
        counted.taken()
        challenge = await counted.container.log_in()(username=username, password=password, client=A_DEVICE)
        assert isinstance(challenge, SecondFactorChallenge)
        code = counted.container.totp_codes().code_at(secret, step_of(counted.container.clock().now()))
        answer = FactorAnswer(method=SecondFactorMethod.TOTP, code=code, challenge=challenge.token)
        assert await counted.container.complete_log_in()(answer=answer, client=A_DEVICE)
        assert len(counted.taken()) - len(by_password) == (6 if counted.is_sqlite else 2)

    async def test_flood_of_api_keys(self, counted: CountedContainer) -> None:
        """64 keys: a wrong one costs one statement, one with a wrong checksum none.

        No more at once than there are connections: one that waits longer than a second for a connection is
        answered by 503, which depends on the machine.
        """
        container = counted.container
        free = asyncio.Semaphore(container.settings().database_pool_size)
        registration = a_registration()
        await container.register_user()(**registration, address="192.0.2.1")
        new = await container.issue_api_key()(username=registration["username"], name="A", scopes=[])
        exchange = container.exchange_api_key()

        async def refused(text: str) -> bool:
            async with free:
                try:
                    await exchange(text=text, address="192.0.2.1")
                except InvalidApiKey:
                    return True
                return False

        token = (await exchange(text=new.text, address="192.0.2.1")).token.text  # reads the signing keys
        codec = container.api_key_codec()
        table: tuple[tuple[str, Callable[[], str], int, bool], ...] = (
            ("right", lambda: new.text, 64, False),
            ("wrong", lambda: codec.issue().text, 64, True),
            ("checksum", lambda: codec.issue().text[:-1] + "!", 0, True),
            ("truncated", lambda: new.text[:-1], 0, True),
        )
        for name, text_of, expected, is_refused in table:
            counted.taken()
            answers = await asyncio.gather(*(refused(text_of()) for _ in range(64)))
            assert (set(answers), len(counted.taken())) == ({is_refused}, expected), name
        client = Principal(
            kind=PrincipalKind.CLIENT, permissions=frozenset({INTROSPECT_TOKENS}), client_id="fa_c_x"
        )
        for text, expected in ((token, 2), (new.text, 1), ("fa_key_x", 0), ("fa_rt_x", 0), ("a.b.c", 0)):
            counted.taken()
            await container.introspect_token()(caller=client, token=text)
            assert len(counted.taken()) == expected, text[:7]

    async def test_tokens_of_clients_cost_one_statement(self, counted: CountedContainer) -> None:
        """The client with its secrets. A wrong secret costs as much, and one without the form nothing."""
        create, issue = counted.container.create_client(), counted.container.issue_client_token()
        made = await create(name=a_name().lower())
        given = {"client_id": made.client.id, "address": "192.0.2.1"}
        await issue(**given, secret=made.secret.text)  # reads the signing keys, and stores the use
        counted.taken()
        await issue(**given, secret=made.secret.text)
        assert len(counted.taken()) == 1
        for secret, number in ((made.secret.text[:-1] + "_", 1), ("x", 0)):
            with pytest.raises(InvalidClient):
                await issue(**given, secret=secret)
            assert len(counted.taken()) == number, secret
