"""What introspection returns, to which callers, and when a token cannot be used."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.application import Application, RateLimitedApplication
from tests.fakes import FakeAccessTokens
from tests.fakes.sessions import LIFETIME
from tests.session_helpers import caller_of, refresh

from fastauth.application.api_keys.store_key import NewApiKey
from fastauth.application.introspection.introspect_token import IntrospectToken
from fastauth.application.revocations.revoked_tokens import REACH
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.introspection.introspection import MAX_TOKEN_LENGTH, Introspection, TokenType
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.roles.permissions import INTROSPECT_TOKENS
from fastauth.domain.roles.role import Role
from fastauth.domain.sessions.access_token import (
    AccessClaims,
    AnyClaims,
    ApiKeyClaims,
    ClientClaims,
    InspectedToken,
    TokenPair,
)
from fastauth.domain.sessions.session import AuthenticatedUser

READ, WRITE = "orders:read", "orders:write"
ISSUER = "https://auth.example"
INSTANT = timedelta(microseconds=1)
WARDEN = Principal(
    kind=PrincipalKind.CLIENT, permissions=frozenset({INTROSPECT_TOKENS}), client_id="the warden"
)


def a_client(id_: str) -> Principal:
    return Principal(kind=PrincipalKind.CLIENT, permissions=frozenset({READ}), client_id=id_)


@dataclass
class World:
    """A user with a session and an API key, and a client."""

    app: Application
    caller: AuthenticatedUser
    tokens: TokenPair
    key: NewApiKey
    client_id: ClientId

    @property
    def user_id(self) -> UserId:
        return self.caller.user.id

    async def ask(self, token: str, caller: Principal = WARDEN) -> Introspection | None:
        return await self.app.container.introspect_token()(caller=caller, token=token)

    async def issue(self, claims: AnyClaims) -> str:
        return (await self.app.container.access_tokens().issue(claims)).text

    def of_session(self) -> AccessClaims:
        return AccessClaims.for_session(self.caller.session)

    def of_key(self, *, audience: str | None = None) -> ApiKeyClaims:
        return ApiKeyClaims(
            user_id=self.user_id, key_id=self.key.key.id, permissions=(READ,), audience=audience
        )

    def of_client(self, *, audience: str | None = None) -> ClientClaims:
        now = self.app.clock.now()
        return ClientClaims(
            client_id=self.client_id, permissions=(READ, WRITE), audience=audience, issued_at=now
        )


async def a_world(app: Application) -> World:
    app.storage.roles["clerk"] = Role(name="clerk", permissions=frozenset({READ, WRITE}))
    await app.a_user()
    await app.grant_role(username="santosh", role="clerk")
    tokens = await app.a_log_in()
    caller = await caller_of(app, tokens)
    key = await app.container.create_api_key()(caller=caller, name="Backup", scopes=[WRITE, READ], days=30)
    made = await app.container.create_client()(name="stock", permissions=[READ, WRITE], audiences=[])
    app.storage.revocations.clear()
    return World(app, caller, tokens, key, made.client.id)


@pytest.fixture
async def world() -> World:
    return await a_world(Application())


class TestAnswer:
    async def test_of_a_session(self, world: World) -> None:
        issued_at = world.app.clock.now()
        world.app.clock.advance(timedelta(minutes=1))
        assert await world.ask(world.tokens.access.text) == Introspection(
            token_type=TokenType.ACCESS_TOKEN,
            subject=str(world.user_id),
            client_id="fastauth",
            scope=(READ, WRITE),
            session_id=world.caller.session.id,
            token_id=world.tokens.access.text,
            issuer=ISSUER,
            audience=ISSUER,
            issued_at=issued_at,
            expires_at=issued_at + LIFETIME,
        )

    async def test_of_a_token_of_an_api_key(self, world: World) -> None:
        text, now = await world.issue(world.of_key(audience="orders")), world.app.clock.now()
        assert await world.ask(text) == Introspection(
            token_type=TokenType.ACCESS_TOKEN,
            subject=str(world.user_id),
            client_id="fastauth",
            scope=(READ,),
            session_id=f"key:{world.key.key.id}",
            token_id=text,
            issuer=ISSUER,
            audience="orders",
            issued_at=now,
            expires_at=now + LIFETIME,
        )

    async def test_of_a_client(self, world: World) -> None:
        text, now = await world.issue(world.of_client(audience="orders")), world.app.clock.now()
        assert await world.ask(text) == Introspection(
            token_type=TokenType.ACCESS_TOKEN,
            subject=world.client_id,
            client_id=world.client_id,
            scope=(READ, WRITE),
            token_id=text,
            issuer=ISSUER,
            audience="orders",
            issued_at=now,
            expires_at=now + LIFETIME,
        )

    async def test_of_an_api_key(self, world: World) -> None:
        created_at = world.app.clock.now()
        world.app.clock.advance(timedelta(minutes=1))
        assert await world.ask(world.key.text) == Introspection(
            token_type=TokenType.API_KEY,
            subject=str(world.user_id),
            client_id="fastauth",
            scope=(READ, WRITE),
            session_id=f"key:{world.key.key.id}",
            issued_at=created_at,
            expires_at=created_at + timedelta(days=30),
        )

    async def test_of_a_refresh_token(self, world: World) -> None:
        """It was issued with its session, or when the session was last renewed."""
        first_at = world.app.clock.now()
        first = Introspection(
            token_type=TokenType.REFRESH_TOKEN,
            subject=str(world.user_id),
            client_id="fastauth",
            session_id=world.caller.session.id,
            issued_at=first_at,
            expires_at=first_at + timedelta(days=7),
        )
        world.app.clock.advance(timedelta(hours=1))
        assert await world.ask(world.tokens.refresh) == first
        renewed, now = await refresh(world.app, world.tokens), world.app.clock.now()
        assert await world.ask(world.tokens.refresh) is None
        expected = replace(first, issued_at=now, expires_at=now + timedelta(days=7))
        assert await world.ask(renewed.refresh) == expected


class TestWhoSees:
    async def test_client_sees_access_tokens_for_itself_alone(self, world: World) -> None:
        for claims in (world.of_key(audience="orders"), world.of_client(audience="orders")):
            text = await world.issue(claims)
            assert await world.ask(text, a_client("orders")) == await world.ask(text)
            assert await world.ask(text, a_client("stock")) is None
            assert await world.ask(text, a_client(world.client_id)) is None

    async def test_other_tokens_need_the_permission(self, world: World) -> None:
        user = Principal(kind=PrincipalKind.USER, permissions=frozenset({READ}), user_id=world.user_id)
        for text in (world.tokens.access.text, world.tokens.refresh, world.key.text):
            assert await world.ask(text), text
            for caller in (user, a_client("orders")):
                assert await world.ask(text, caller) is None, (text, caller)

    async def test_introspections_of_wrong_keys_are_not_counted(self) -> None:
        """A service would otherwise be locked out by wrong keys that its clients send."""
        world = await a_world(RateLimitedApplication())
        for _ in range(30):
            assert await world.ask(world.app.container.api_key_codec().issue().text) is None
        assert await world.ask(world.key.text)

    async def test_longer_text_than_any_token_is_not_looked_at(self, world: World) -> None:
        class EveryText(FakeAccessTokens):
            async def inspect(self, text: str) -> InspectedToken:
                return replace(token, id=text)

        token = await world.app.container.access_tokens().inspect(world.tokens.access.text)
        introspect = world.app.container.introspect_token()
        assert isinstance(introspect, IntrospectToken)
        introspect = replace(introspect, access_tokens=EveryText(world.app.clock))
        longest = "a" * MAX_TOKEN_LENGTH
        answer = await introspect(caller=WARDEN, token=longest)
        assert answer is not None
        assert answer.token_id == longest
        assert await introspect(caller=WARDEN, token=longest + "a") is None


class TestCannotBeUsed:
    async def test_malformed_and_unknown_tokens(self, world: World) -> None:
        unknown = world.app.container.refresh_tokens().issue().text
        for text in ("", "a.b.c", "fa_rt_x", "fa_key_x", unknown):
            assert await world.ask(text) is None, text

    async def test_session_is_over(self, world: World) -> None:
        session = world.caller.session
        world.app.storage.sessions[session.id] = replace(session, ended_at=world.app.clock.now())
        assert await world.ask(world.tokens.access.text) is None
        assert await world.ask(world.tokens.refresh) is None
        world.app.storage.sessions[session.id] = session
        assert await world.ask(world.tokens.refresh)
        world.app.clock.advance(timedelta(days=7))
        assert await world.ask(await world.issue(world.of_session())) is None
        assert await world.ask(world.tokens.refresh) is None

    async def test_session_or_key_of_another_account(self, world: World) -> None:
        other = UserId(world.user_id + 1)
        assert await world.ask(await world.issue(replace(world.of_session(), user_id=other))) is None
        assert await world.ask(await world.issue(replace(world.of_key(), user_id=other))) is None

    async def test_api_key_is_over(self, world: World) -> None:
        """No revocation is stored of a key that has expired."""
        keys, key = world.app.storage.api_keys, world.key.key
        token = await world.issue(world.of_key())
        keys[key.id] = replace(key, revoked_at=world.app.clock.now())
        assert (await world.ask(token), await world.ask(world.key.text)) == (None, None)
        del keys[key.id]
        assert (await world.ask(token), await world.ask(world.key.text)) == (None, None)
        keys[key.id] = key
        world.app.clock.advance(timedelta(days=30) - INSTANT)
        token = await world.issue(world.of_key())
        assert await world.ask(token)
        world.app.clock.advance(INSTANT)
        assert (await world.ask(token), await world.ask(world.key.text)) == (None, None)

    async def test_account_is_disabled(self, world: World) -> None:
        texts = [world.tokens.access.text, world.tokens.refresh, world.key.text]
        texts.append(await world.issue(world.of_key()))
        user = replace(world.caller.user, disabled_at=world.app.clock.now())
        world.app.storage.users[world.user_id] = user
        assert [await world.ask(text) for text in texts] == [None] * 4

    async def test_client_is_disabled_or_removed(self, world: World) -> None:
        clients, token = world.app.storage.clients, await world.issue(world.of_client())
        found = clients[world.client_id]
        disabled = replace(found.client, disabled_at=world.app.clock.now())
        clients[world.client_id] = replace(found, client=disabled)
        assert await world.ask(token) is None
        del clients[world.client_id]
        assert await world.ask(token) is None

    async def test_each_kind_of_revocation(self, world: World) -> None:
        """The revocation feed has the same."""
        texts = {
            "session": world.tokens.access.text,
            "key": await world.issue(world.of_key()),
            "client": await world.issue(world.of_client()),
        }
        table = [
            (RevocationKind.TOKEN, texts["key"], {"key"}),
            (RevocationKind.SESSION, world.caller.session.id, {"session"}),
            (RevocationKind.SESSION, f"key:{world.key.key.id}", {"key"}),
            (RevocationKind.USER, str(world.user_id), {"session", "key"}),
            (RevocationKind.USER, world.client_id, {"client"}),
            (RevocationKind.CLIENT, world.client_id, {"client"}),
            (RevocationKind.CLIENT, "fastauth", {"session", "key"}),
        ]
        for kind, value, ended in table:
            world.app.storage.revocations[:] = [Revocation(world.app.clock.now(), kind, value)]
            usable = {name for name, text in texts.items() if await world.ask(text)}
            assert usable == set(texts) - ended, (kind, value)

    async def test_revocation_before_the_token_was_issued(self, world: World) -> None:
        earlier = world.app.clock.now() - INSTANT
        world.app.storage.revocations[:] = [Revocation.of_user(world.user_id, at=earlier)]
        assert await world.ask(world.tokens.access.text)

    async def test_revocation_older_than_any_token_is_not_looked_for(self, world: World) -> None:
        oldest = world.app.clock.now() - REACH
        token = world.tokens.access.text
        for at, is_usable in ((oldest, True), (oldest + INSTANT, False)):
            world.app.storage.revocations[:] = [Revocation(at, RevocationKind.TOKEN, token)]
            assert (await world.ask(token) is not None) == is_usable
