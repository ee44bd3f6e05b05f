import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import a_password_hash
from tests.fakes import FakeAccessTokens, FakePasswordHasher, FakeUserRepository
from tests.world import A_DEVICE, World

from fastauth.domain.accounts.user import UserId
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.signing_keys.errors import NoActiveSigningKey


@pytest.fixture
async def world() -> World:
    world = World()
    await world.a_user()
    return world


class TestLogIn:
    async def test_begins_a_session(self, world: World) -> None:
        tokens = await world.a_log_in()
        caller = await world.authenticate(access_token=tokens.access.text)
        assert caller.user.username.display == "santosh"
        assert caller.session.client == A_DEVICE
        assert caller.session.created_at == caller.session.last_used_at == world.clock.now()
        assert caller.session.refresh_expires_at == world.clock.now() + timedelta(days=7)
        assert caller.session.expires_at == world.clock.now() + timedelta(days=30)

    async def test_begins_no_session_whose_tokens_nobody_gets(self, world: World) -> None:
        class NoKey(FakeAccessTokens):
            async def issue(self, claims: AccessClaims) -> AccessToken:
                raise NoActiveSigningKey

        log_in = replace(world.log_in, access_tokens=NoKey(world.clock))
        with pytest.raises(NoActiveSigningKey):
            await log_in(username="santosh", password="sntsh", client=A_DEVICE)
        assert not world.storage.sessions

    @pytest.mark.parametrize("spelling", ["santosh", "SANTOSH", "ｓａｎｔｏｓｈ"])
    async def test_knows_a_name_in_any_spelling(self, world: World, spelling: str) -> None:
        assert await world.a_log_in(username=spelling)

    async def test_shows_no_token(self, world: World) -> None:
        tokens = await world.a_log_in()
        assert tokens.refresh not in repr(tokens)
        assert tokens.access.text not in repr(tokens)

    async def test_stores_nothing_that_could_be_used(self, world: World) -> None:
        tokens = await world.a_log_in()
        (session,) = world.storage.sessions.values()
        assert tokens.refresh not in repr(session)
        assert session.refresh_digest == world.mint.digest(world.mint.verify(tokens.refresh))

    async def test_gives_every_session_tokens_of_its_own(self, world: World) -> None:
        one, two = await world.a_log_in(), await world.a_log_in()
        assert one.refresh != two.refresh
        assert len(world.storage.sessions) == 2

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("nobody", "sntsh"),
            ("santosh", "wrong"),
            ("santosh", ""),
            ("", ""),
            ("a b", "sntsh"),
            ("santosh", "p" * 257),
        ],
    )
    async def test_refuses_what_does_not_fit(self, world: World, username: str, password: str) -> None:
        with pytest.raises(InvalidCredentials, match=r"^Username or password is wrong$"):
            await world.a_log_in(username=username, password=password)
        assert world.storage.sessions == {}

    @pytest.mark.parametrize("password", ["sntsh", "wrong"])
    async def test_refuses_somebody_disabled(self, world: World, password: str) -> None:
        await world.disable_user(username="santosh")
        with pytest.raises(InvalidCredentials):
            await world.a_log_in(password=password)

    async def test_does_the_same_work_whether_or_not_there_is_such_a_user(self, world: World) -> None:
        """R21: time tells whether there is an account.

        CVE-2025-6011 (Vault), CVE-2025-54999 (OpenBao); CWE-208.
        """
        await world.a_user("disabled")
        await world.disable_user(username="disabled")
        work = []
        for username, password in [
            ("nobody", "x"),
            ("santosh", "x"),
            ("disabled", "x"),
            ("disabled", "sntsh"),
            ("santosh", ""),
            ("santosh", "p" * 257),
            ("nobody", "p" * 257),
            ("a b", "sntsh"),
        ]:
            world.hasher.hashed = world.hasher.verified = 0
            with pytest.raises(InvalidCredentials):
                await world.a_log_in(username=username, password=password)
            work.append((world.hasher.hashed, world.hasher.verified))
        assert work == [(0, 1)] * 8

    async def test_replaces_an_outdated_hash_in_passing(self, world: World) -> None:
        user = world.storage.users[UserId(1)]
        outdated = FakePasswordHasher._hash(Password("sntsh"), salt="salt", kind="old")  # noqa: SLF001  nothing else makes one
        world.storage.users[user.id] = replace(user, password_hash=outdated)
        await world.a_log_in()
        assert world.storage.users[user.id].password_hash.encoded.startswith("fake$")
        await world.a_log_in()

    async def test_renews_no_hash_of_somebody_disabled(self, world: World) -> None:
        outdated = FakePasswordHasher._hash(Password("sntsh"), salt="salt", kind="old")  # noqa: SLF001  nothing else makes one
        user = replace(world.storage.users[UserId(1)], password_hash=outdated, disabled_at=world.clock.now())
        world.storage.users[user.id] = user
        with pytest.raises(InvalidCredentials):
            await world.a_log_in()
        assert world.storage.users[user.id] == user

    async def test_lets_everybody_in_who_replaces_an_outdated_hash_at_once(self, world: World) -> None:
        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                await asyncio.sleep(0)
                return kept

        user = world.storage.users[UserId(1)]
        outdated = FakePasswordHasher._hash(Password("sntsh"), salt="salt", kind="old")  # noqa: SLF001  nothing else makes one
        world.storage.users[user.id] = replace(user, password_hash=outdated)
        slow = replace(world.log_in, hasher=SlowHasher())
        at_once = [slow(username="santosh", password="sntsh", client=A_DEVICE) for _ in range(4)]
        tokens = await asyncio.gather(*at_once)
        assert len({each.tokens.refresh for each in tokens}) == len(world.storage.sessions) == 4

    async def test_begins_nothing_if_the_password_changes_meanwhile(self, world: World) -> None:
        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                user = world.storage.users[UserId(1)]
                world.storage.users[user.id] = replace(user, password_hash=a_password_hash("another"))
                return kept

        slow = replace(world.log_in, hasher=SlowHasher())
        with pytest.raises(InvalidCredentials):
            await slow(username="santosh", password="sntsh", client=A_DEVICE)
        assert world.storage.sessions == {}

    async def test_begins_nothing_if_the_account_is_disabled_meanwhile(self, world: World) -> None:
        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                await world.disable_user(username="santosh")
                return kept

        slow = replace(world.log_in, hasher=SlowHasher())
        with pytest.raises(InvalidCredentials):
            await slow(username="santosh", password="sntsh", client=A_DEVICE)
        assert world.storage.sessions == {}

    async def test_tells_overload_from_refusal(self, world: World) -> None:
        class Busy(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                raise HashingOverloaded

        with pytest.raises(HashingOverloaded):
            await replace(world.log_in, hasher=Busy())(username="santosh", password="x", client=A_DEVICE)

    async def test_refuses_before_it_looks_what_could_not_be_hashed_in_time(self, world: World) -> None:
        world.hasher.overloaded = True
        users = FakeUserRepository(world.storage)
        with pytest.raises(HashingOverloaded):
            await replace(world.log_in, users=users)(username="santosh", password="sntsh", client=A_DEVICE)
        assert users.looked == 0
