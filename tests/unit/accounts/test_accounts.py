"""What an operator does to accounts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import a_password_hash, a_policy
from tests.fakes import FakePasswordHasher, FakeStorage
from tests.world import World

from fastauth.application.accounts.list_users import PAGE_SIZE
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.errors import InvalidAccessToken


@pytest.fixture
async def world() -> World:
    world = World(passwords=a_policy(reject_user_attributes=True))
    await world.a_user()
    return world


class RenewedMeanwhile(FakePasswordHasher):
    """While it hashes, a log-in renews the hash that is stored."""

    def __init__(self, storage: FakeStorage) -> None:
        super().__init__()
        self._storage = storage

    async def hash(self, password: Password) -> PasswordHash:
        for user in self._storage.users.values():
            self._storage.users[user.id] = replace(user, password_hash=a_password_hash("renewed"))
        return await super().hash(password)


async def names(world: World, *, disabled: bool | None = None) -> list[str]:
    return [user.username.display async for page in world.list_users(disabled=disabled) for user in page]


class TestListUsers:
    async def test_shows_everybody_in_order(self, world: World) -> None:
        others = [f"ann{number}" for number in range(2 * PAGE_SIZE)]
        for name in others:
            await world.a_user(name)
        assert await names(world) == ["santosh", *others]
        assert [len(page) async for page in world.list_users()] == [PAGE_SIZE, PAGE_SIZE, 1]

    async def test_shows_those_alone_who_are_disabled_or_who_are_not(self, world: World) -> None:
        await world.a_user("ann")
        await world.disable_user(username="ann")
        assert await names(world, disabled=True) == ["ann"]
        assert await names(world, disabled=False) == ["santosh"]


class TestShowUser:
    async def test_shows_an_account_and_its_sessions(self, world: World) -> None:
        await world.a_log_in()
        world.clock.advance(minutes=1)
        await world.a_log_in()
        user, sessions = await world.get_user(username="Santosh")
        assert user.username.display == "santosh"
        assert sessions[0].created_at - sessions[1].created_at == timedelta(minutes=1)

    async def test_shows_since_when_an_account_is_disabled(self, world: World) -> None:
        await world.a_log_in()
        await world.disable_user(username="santosh")
        user, sessions = await world.get_user(username="santosh")
        assert (user.disabled_at, sessions) == (world.clock.now(), [])

    async def test_knows_nobody_of_another_name(self, world: World) -> None:
        with pytest.raises(UserNotFound):
            await world.get_user(username="nobody")


class TestEndSessions:
    async def test_logs_out_everywhere(self, world: World) -> None:
        tokens = [await world.a_log_in(), await world.a_log_in()]
        assert await world.revoke_sessions(username="SANTOSH") == 2
        for each in tokens:
            with pytest.raises(InvalidAccessToken):
                await world.authenticate(access_token=each.access.text)
        (user,) = world.storage.users.values()
        assert world.storage.events[-1] == Event(
            type=EventType.LOGGED_OUT, occurred_at=world.clock.now(), user_id=user.id
        )
        assert await world.revoke_sessions(username="santosh") == 0

    async def test_lets_nobody_elses_end(self, world: World) -> None:
        await world.a_user("ann")
        tokens = await world.a_log_in("ann")
        assert await world.revoke_sessions(username="santosh") == 0
        assert await world.authenticate(access_token=tokens.access.text)

    async def test_knows_nobody_of_another_name(self, world: World) -> None:
        with pytest.raises(UserNotFound):
            await world.revoke_sessions(username="nobody")


class TestSetPassword:
    async def test_replaces_the_password_and_ends_every_session(self, world: World) -> None:
        tokens = await world.a_log_in()
        await world.set_password(username="Santosh", password="another one")
        with pytest.raises(InvalidAccessToken):
            await world.authenticate(access_token=tokens.access.text)
        with pytest.raises(InvalidCredentials):
            await world.a_log_in()
        assert await world.a_log_in(password="another one")

    async def test_records_it(self, world: World) -> None:
        user = await world.set_password(username="santosh", password="another one")
        *_, event = world.storage.events
        assert (event.type, event.user_id, event.session_id) == (EventType.PASSWORD_CHANGED, user.id, None)
        assert event.occurred_at == world.clock.now()

    @pytest.mark.parametrize("password", ["", "santosh1", "Kumar!"])
    async def test_obeys_the_policy(self, world: World, password: str) -> None:
        with pytest.raises(InvalidInput):
            await world.set_password(username="santosh", password=password)
        assert EventType.PASSWORD_CHANGED not in {event.type for event in world.storage.events}
        assert await world.a_log_in()

    async def test_leaves_an_account_disabled(self, world: World) -> None:
        await world.disable_user(username="santosh")
        await world.set_password(username="santosh", password="another one")
        with pytest.raises(InvalidCredentials):
            await world.a_log_in(password="another one")

    async def test_knows_nobody_of_another_name(self, world: World) -> None:
        with pytest.raises(UserNotFound):
            await world.set_password(username="nobody", password="another one")
        assert world.hasher.hashed == 1

    async def test_wins_over_a_log_in_that_renews_the_hash_meanwhile(self) -> None:
        storage = FakeStorage()
        world = World(storage=storage, hasher=RenewedMeanwhile(storage))
        await world.a_user()
        await world.set_password(username="santosh", password="another one")
        assert await world.a_log_in(password="another one")
        kinds = [event.type for event in world.storage.events]
        assert kinds.count(EventType.PASSWORD_CHANGED) == 1
