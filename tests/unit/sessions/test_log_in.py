import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.application import A_DEVICE, Application
from tests.builders import a_password_hash
from tests.fakes import (
    FakeAccessTokens,
    FakePasswordHasher,
    FakePasswordRepository,
    FakeSessionRepository,
    FakeStorage,
)
from tests.session_helpers import begun

from fastauth.application.sessions.log_in import LogIn
from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.access_token import AccessToken, AnyClaims
from fastauth.domain.sessions.ports import AccessTokens
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.signing_keys.errors import NoActiveSigningKey


@pytest.fixture
async def app() -> Application:
    app = Application()
    await app.a_user()
    return app


def log_in_with(app: Application, access_tokens: AccessTokens) -> LogIn:
    login_start = app.log_in.login_start
    start = replace(login_start.session_start, access_tokens=access_tokens)
    return replace(app.log_in, login_start=replace(login_start, session_start=start))


class LostKey(FakeAccessTokens):
    """The key was there a moment before, and is not now."""

    async def issue(self, claims: AnyClaims, *, issued_at: datetime | None = None) -> AccessToken:
        raise NoActiveSigningKey


class TestLogIn:
    async def test_starts_a_session(self, app: Application) -> None:
        tokens = await app.a_log_in()
        caller = await app.authenticate(access_token=tokens.access.text)
        assert caller.user.username.display == "santosh"
        assert caller.session.client == A_DEVICE
        assert caller.session.created_at == caller.session.last_used_at == app.clock.now()
        assert caller.session.refresh_expires_at == app.clock.now() + timedelta(days=7)
        assert caller.session.expires_at == app.clock.now() + timedelta(days=30)

    async def test_no_session_is_stored_if_signing_fails(self, app: Application) -> None:
        class NoKey(FakeAccessTokens):
            async def check_key(self) -> None:
                raise NoActiveSigningKey

        log_in = log_in_with(app, NoKey(app.clock))
        with pytest.raises(NoActiveSigningKey):
            await log_in(username="santosh", password="sntsh", client=A_DEVICE)
        assert not app.storage.sessions

    async def test_session_ends_if_its_token_cannot_be_signed(self, app: Application) -> None:
        log_in = log_in_with(app, LostKey(app.clock))
        with pytest.raises(NoActiveSigningKey):
            await log_in(username="santosh", password="sntsh", client=A_DEVICE)
        (session,) = app.storage.sessions.values()
        assert not session.is_active(app.clock.now())

    async def test_first_error_is_raised_if_the_session_cannot_be_ended_either(self) -> None:
        class Unavailable(FakeSessionRepository):
            async def revoke(self, user_id: UserId, *, session_id: SessionId, now: datetime) -> bool:
                raise StorageUnavailable

        storage = FakeStorage()
        app = Application(storage=storage, sessions=Unavailable(storage))
        await app.a_user()
        with pytest.raises(NoActiveSigningKey):
            await log_in_with(app, LostKey(app.clock))(username="santosh", password="sntsh", client=A_DEVICE)

    @pytest.mark.parametrize("spelling", ["santosh", "SANTOSH", "ｓａｎｔｏｓｈ"])
    async def test_username_matches_in_any_spelling(self, app: Application, spelling: str) -> None:
        assert await app.a_log_in(username=spelling)

    async def test_repr_hides_tokens(self, app: Application) -> None:
        tokens = await app.a_log_in()
        assert tokens.refresh not in repr(tokens)
        assert tokens.access.text not in repr(tokens)

    async def test_stores_no_usable_token(self, app: Application) -> None:
        tokens = await app.a_log_in()
        (session,) = app.storage.sessions.values()
        assert tokens.refresh not in repr(session)
        assert session.refresh_digest == app.refresh_tokens.digest(app.refresh_tokens.verify(tokens.refresh))

    async def test_each_session_has_its_own_tokens(self, app: Application) -> None:
        one, two = await app.a_log_in(), await app.a_log_in()
        assert one.refresh != two.refresh
        assert len(app.storage.sessions) == 2

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
    async def test_rejects_wrong_credentials(self, app: Application, username: str, password: str) -> None:
        with pytest.raises(InvalidCredentials, match=r"^Username or password is wrong$"):
            await app.a_log_in(username=username, password=password)
        assert app.storage.sessions == {}

    @pytest.mark.parametrize("password", ["sntsh", "wrong"])
    async def test_rejects_disabled_user(self, app: Application, password: str) -> None:
        await app.disable_user(username="santosh")
        with pytest.raises(InvalidCredentials):
            await app.a_log_in(password=password)

    async def test_unknown_user_costs_the_same_work(self, app: Application) -> None:
        """R21: response times disclose whether an account exists.

        CVE-2025-6011 (Vault), CVE-2025-54999 (OpenBao); CWE-208.
        """
        await app.a_user("disabled")
        await app.disable_user(username="disabled")
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
            app.hasher.hashed = app.hasher.verified = 0
            with pytest.raises(InvalidCredentials):
                await app.a_log_in(username=username, password=password)
            work.append((app.hasher.hashed, app.hasher.verified))
        assert work == [(0, 1)] * 8

    async def test_upgrades_outdated_hash(self, app: Application) -> None:
        outdated = FakePasswordHasher._hash(Password("sntsh"), salt="salt", kind="old")  # noqa: SLF001  nothing else makes one
        app.storage.passwords[UserId(1)] = outdated
        await app.a_log_in()
        assert app.storage.passwords[UserId(1)].encoded.startswith("fake$")
        await app.a_log_in()

    async def test_disabled_user_gets_no_hash_upgrade(self, app: Application) -> None:
        outdated = FakePasswordHasher._hash(Password("sntsh"), salt="salt", kind="old")  # noqa: SLF001  nothing else makes one
        app.storage.passwords[UserId(1)] = outdated
        await app.disable_user(username="santosh")
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()
        assert app.storage.passwords[UserId(1)] == outdated

    async def test_concurrent_hash_upgrades_all_succeed(self, app: Application) -> None:
        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                await asyncio.sleep(0)
                return kept

        outdated = FakePasswordHasher._hash(Password("sntsh"), salt="salt", kind="old")  # noqa: SLF001  nothing else makes one
        app.storage.passwords[UserId(1)] = outdated
        slow = replace(app.log_in, hasher=SlowHasher())
        at_once = [slow(username="santosh", password="sntsh", client=A_DEVICE) for _ in range(4)]
        tokens = await asyncio.gather(*at_once)
        assert len({begun(each).tokens.refresh for each in tokens}) == len(app.storage.sessions) == 4

    async def test_concurrent_password_change_wins(self, app: Application) -> None:
        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                app.storage.passwords[UserId(1)] = a_password_hash("another")
                return kept

        slow = replace(app.log_in, hasher=SlowHasher())
        with pytest.raises(InvalidCredentials):
            await slow(username="santosh", password="sntsh", client=A_DEVICE)
        assert app.storage.sessions == {}

    async def test_concurrent_disabling_wins(self, app: Application) -> None:
        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                await app.disable_user(username="santosh")
                return kept

        slow = replace(app.log_in, hasher=SlowHasher())
        with pytest.raises(InvalidCredentials):
            await slow(username="santosh", password="sntsh", client=A_DEVICE)
        assert app.storage.sessions == {}

    async def test_overload_is_not_a_wrong_password(self, app: Application) -> None:
        class Busy(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                raise HashingOverloaded

        with pytest.raises(HashingOverloaded):
            await replace(app.log_in, hasher=Busy())(username="santosh", password="x", client=A_DEVICE)

    async def test_overload_precedes_lookup(self, app: Application) -> None:
        app.hasher.overloaded = True
        passwords = FakePasswordRepository(app.storage)
        with pytest.raises(HashingOverloaded):
            await replace(app.log_in, passwords=passwords)(
                username="santosh", password="sntsh", client=A_DEVICE
            )
        assert passwords.users.looked == 0
