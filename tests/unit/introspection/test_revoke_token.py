"""Clients end tokens of their own: which ones, what is recorded, and what the revocation feed has."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from tests.application import Application, RateLimitedApplication
from tests.fakes import FakeAccessTokens, FakeApiKeyRepository, FakeSessionRepository, FakeStorage
from tests.session_helpers import caller_of, happened, refresh

from fastauth.application.api_keys.store_key import NewApiKey
from fastauth.application.introspection.revoke_token import RevokeToken
from fastauth.domain.api_keys.api_key import OwnedApiKey
from fastauth.domain.api_keys.key_text import ApiKeyId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.introspection.introspection import MAX_TOKEN_LENGTH
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.roles.role import Role
from fastauth.domain.sessions.access_token import ApiKeyClaims, ClientClaims, InspectedToken, TokenPair
from fastauth.domain.sessions.session import AuthenticatedUser, SessionId

READ = "orders:read"
OWN = "fastauth"
"""The client of sessions and of API keys."""


@dataclass
class World:
    """A user with a session and an API key, and a client."""

    app: Application
    caller: AuthenticatedUser
    tokens: TokenPair
    key: NewApiKey
    client_id: str
    client_token: str

    async def revoke(self, token: str, *, client_id: str = OWN, address: str = "192.0.2.1") -> None:
        revoke = self.app.container.revoke_token()
        await revoke(client_id=client_id, token=token, address=address)

    def revocations(self) -> list[Revocation]:
        return self.app.storage.revocations

    def events(self) -> list[Event]:
        """Return the recorded events of revocations."""
        return happened(self.app, EventType.LOGGED_OUT, EventType.API_KEY_REVOKED)

    def ended(self) -> dict[SessionId, datetime]:
        """Return the ids of the sessions that were ended, and when."""
        sessions = self.app.storage.sessions.values()
        return {each.id: each.ended_at for each in sessions if each.ended_at}

    def has_key(self) -> bool:
        return self.app.storage.api_keys[self.key.key.id].revoked_at is None


async def a_world(app: Application) -> World:
    app.storage.roles["clerk"] = Role(name="clerk", permissions=frozenset({READ}))
    await app.a_user()
    await app.grant_role(username="santosh", role="clerk")
    await app.a_log_in()
    tokens = await app.a_log_in()
    caller = await caller_of(app, tokens)
    key = await app.container.create_api_key()(caller=caller, name="Backup", scopes=[READ])
    made = await app.container.create_client()(name="stock", permissions=[READ], audiences=[])
    claims = ClientClaims(client_id=made.client.id, issued_at=app.clock.now())
    issued = await app.container.access_tokens().issue(claims)
    app.clock.advance(timedelta(minutes=1))
    app.storage.revocations.clear()
    return World(app, caller, tokens, key, made.client.id, issued.text)


@pytest.fixture
async def world() -> World:
    return await a_world(Application())


class TestAccessTokens:
    async def test_is_revoked_alone_and_at_once(self, world: World) -> None:
        """This process refuses it from now on, and the revocation feed has it once."""
        own, now = world.tokens.access.text, world.app.clock.now()
        for text, client_id in ((own, OWN), (world.client_token, world.client_id)):
            world.revocations().clear()
            await world.revoke(text, client_id=client_id)
            assert world.revocations() == [Revocation(now, RevocationKind.TOKEN, text)]
            assert text in world.app.container.revoked_tokens()
            world.app.clock.advance(timedelta(seconds=1))
            await world.revoke(text, client_id=client_id)
            assert world.revocations() == [Revocation(now, RevocationKind.TOKEN, text)]
            now = world.app.clock.now()
        assert world.ended() == {}
        assert world.has_key()
        assert world.events() == []

    async def test_of_another_client_stays(self, world: World) -> None:
        for text, client_id in ((world.tokens.access.text, world.client_id), (world.client_token, OWN)):
            await world.revoke(text, client_id=client_id)
            assert world.revocations() == []
            assert text not in world.app.container.revoked_tokens()

    async def test_one_that_ends_with_its_key_is_not_published_again(self, world: World) -> None:
        claims = ApiKeyClaims(user_id=world.caller.user.id, key_id=world.key.key.id)
        text = (await world.app.container.access_tokens().issue(claims)).text
        await world.revoke(world.key.text)
        before = list(world.revocations())
        await world.revoke(text)
        assert world.revocations() == before

    async def test_nonsense_and_expired_are_answered_alike(self, world: World) -> None:
        world.app.clock.advance(timedelta(minutes=5))
        for text in ("", "a.b.c", "fa_rt_x", "fa_key_x", world.tokens.access.text):
            await world.revoke(text)
        assert (world.revocations(), world.events()) == ([], [])

    async def test_longer_text_than_any_token_is_not_looked_at(self, world: World) -> None:
        class EveryText(FakeAccessTokens):
            async def inspect(self, text: str) -> InspectedToken:
                return replace(token, id=text)

        token = await world.app.container.access_tokens().inspect(world.tokens.access.text)
        revoke = world.app.container.revoke_token()
        assert isinstance(revoke, RevokeToken)
        revoke = replace(revoke, access_tokens=EveryText(world.app.clock))
        longest = "a" * MAX_TOKEN_LENGTH
        for text in (longest + "a", longest):
            await revoke(client_id=OWN, token=text, address="192.0.2.1")
        assert [each.value for each in world.revocations()] == [longest]


class TestRefreshTokens:
    async def test_session_ends_and_no_other(self, world: World) -> None:
        now, session = world.app.clock.now(), world.caller.session
        for _ in range(2):
            await world.revoke(world.tokens.refresh)
            assert world.ended() == {session.id: now}
            assert world.events() == [
                Event(
                    type=EventType.LOGGED_OUT,
                    occurred_at=now,
                    user_id=world.caller.user.id,
                    session_id=session.id,
                )
            ]
            world.app.clock.advance(timedelta(seconds=1))

    async def test_replaced_one_ends_its_session_too(self, world: World) -> None:
        await refresh(world.app, world.tokens)
        await world.revoke(world.tokens.refresh)
        assert set(world.ended()) == {world.caller.session.id}

    async def test_other_clients_cannot(self, world: World) -> None:
        await world.revoke(world.tokens.refresh, client_id=world.client_id)
        assert (world.ended(), world.events()) == ({}, [])

    async def test_session_that_has_timed_out(self, world: World) -> None:
        world.app.clock.advance(timedelta(days=7))
        await world.revoke(world.tokens.refresh)
        assert (world.ended(), world.events()) == ({}, [])

    async def test_session_that_ends_meanwhile_is_recorded_once(self) -> None:
        class EndsAfterLook(FakeSessionRepository):
            async def find(self, session_id: SessionId, *, now: datetime) -> AuthenticatedUser | None:
                found = await super().find(session_id, now=now)
                if found and is_ending:
                    self.storage.sessions[session_id] = replace(found.session, ended_at=now)
                return found

        is_ending, storage = False, FakeStorage()
        world = await a_world(Application(storage=storage, sessions=EndsAfterLook(storage)))
        is_ending = True
        await world.revoke(world.tokens.refresh)
        assert world.events() == []


class TestApiKeys:
    async def test_ends_with_its_access_tokens(self, world: World) -> None:
        """Any client that finds a leaked key can end it."""
        now, id_ = world.app.clock.now(), world.key.key.id
        for _ in range(2):
            await world.revoke(world.key.text)
            assert world.app.storage.api_keys[id_].revoked_at == now
            assert world.revocations() == [Revocation(now, RevocationKind.SESSION, f"key:{id_}")]
            assert world.events() == [
                Event(
                    type=EventType.API_KEY_REVOKED,
                    occurred_at=now,
                    user_id=world.caller.user.id,
                    detail=id_,
                )
            ]
            world.app.clock.advance(timedelta(seconds=1))

    async def test_other_clients_cannot(self, world: World) -> None:
        await world.revoke(world.key.text, client_id=world.client_id)
        assert world.has_key()
        assert (world.revocations(), world.events()) == ([], [])

    async def test_key_that_is_revoked_meanwhile_is_answered_alike(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = world.app.container.api_keys()
        assert isinstance(stored, FakeApiKeyRepository)
        find = stored.find

        async def find_and_revoke(id_: ApiKeyId) -> OwnedApiKey | None:
            found = await find(id_)
            await stored.revoke(id_, now=world.app.clock.now())
            return found

        monkeypatch.setattr(stored, "find", find_and_revoke)
        await world.revoke(world.key.text)
        assert not world.has_key()
        assert (world.revocations(), world.events()) == ([], [])

    async def test_wrong_ones_of_a_network_are_counted(self) -> None:
        world = await a_world(RateLimitedApplication())
        wrong = world.app.container.api_key_codec().issue().text
        for _ in range(10):
            await world.revoke(wrong)
        with pytest.raises(TooManyRequests):
            await world.revoke(wrong)
        await world.revoke(wrong, address="198.51.100.7")
