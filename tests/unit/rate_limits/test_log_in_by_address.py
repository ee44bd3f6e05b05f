"""Log-ins by e-mail address: they are log-ins to the account, by every spelling."""

import pytest
from tests.application import RateLimitedApplication
from tests.builders import (
    SPELLINGS_OF_AN_ADDRESS,
    a_new_user,
    an_address,
)
from tests.fakes import FakeEmailAddressRepository

from fastauth.domain.audit.event import EventType
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.sessions.session import ClientInfo

ADDRESS = SPELLINGS_OF_AN_ADDRESS[0]


@pytest.fixture
async def app(app: RateLimitedApplication) -> RateLimitedApplication:
    """The user has a verified address."""
    await app.a_verified_address(ADDRESS)
    return app


class TestLogInByAddress:
    async def test_every_spelling_logs_in(self, app: RateLimitedApplication) -> None:
        (owner,) = app.storage.users
        for spelling in SPELLINGS_OF_AN_ADDRESS:
            assert await app.guess("sntsh", name=spelling)
        assert {session.user_id for session in app.storage.sessions.values()} == {owner}

    async def test_spellings_and_username_share_a_counter(self, app: RateLimitedApplication) -> None:
        """R22: each spelling of an address has a counter of its own.

        CVE-2025-24806, CVE-2026-47203 (Authelia); CWE-307, CWE-178.
        """
        names = [*SPELLINGS_OF_AN_ADDRESS, "santosh"]
        assert [await app.guesses(1, name=name) for name in names] == [1] + [0] * 12
        app.clock.advance(seconds=1)
        assert [await app.guesses(1, name=name) for name in reversed(names)] == [1] + [0] * 12

    async def test_counters_are_those_of_the_username(self, app: RateLimitedApplication) -> None:
        await app.guesses(1, address="192.0.2.1")
        counters = set(app.storage.counters)
        for spelling in SPELLINGS_OF_AN_ADDRESS:
            app.clock.advance(minutes=15)
            await app.guesses(1, name=spelling, address="192.0.2.1")
        assert set(app.storage.counters) == counters

    async def test_device_token_is_of_the_account(self, app: RateLimitedApplication) -> None:
        by_address = (await app.guess("sntsh", name=ADDRESS)).device_token
        by_username = (await app.guess("sntsh")).device_token
        assert [await app.guesses(1), await app.guesses(1)] == [1, 0]
        for name in (*SPELLINGS_OF_AN_ADDRESS[:3], "santosh"):
            assert await app.guesses(1, name=name, token=by_address) == 1
            assert await app.guesses(1, name=name, token=by_username) == 1

    async def test_failure_is_recorded_for_the_username(self, app: RateLimitedApplication) -> None:
        for number, name in enumerate((*SPELLINGS_OF_AN_ADDRESS, "santosh")):
            client = ClientInfo(user_agent="a browser", address=f"10.1.{number}.1")
            with pytest.raises(InvalidCredentials):
                await app.container.log_in()(username=name, password="wrong", client=client)
        failures = [event for event in app.storage.events if event.type is EventType.LOGIN_FAILED]
        assert len(failures) == 13
        assert len({event.username_digest for event in failures}) == 1

    async def test_pending_and_replaced_addresses_do_not_log_in(self, app: RateLimitedApplication) -> None:
        addresses = app.container.email_addresses()
        (owner,) = app.storage.users
        await addresses.add_pending(owner, an_address("new@example.com"), now=app.clock.now())
        with pytest.raises(InvalidCredentials):
            await app.guess("sntsh", name="new@example.com")
        await addresses.verify(owner, "new@example.com", now=app.clock.now())
        with pytest.raises(InvalidCredentials):
            await app.guess("sntsh", name=ADDRESS)
        assert await app.guess("sntsh", name="New@Example.com")

    async def test_username_with_at_sign_still_logs_in(self, app: RateLimitedApplication) -> None:
        """An account that was imported or registered before may have an address as its username."""
        user = await app.find_user(username="santosh")
        imported = await app.container.users().add(a_new_user("Ann@example.com"))
        app.storage.passwords[imported.id] = app.storage.passwords[user.id]
        assert await app.guess("sntsh", name="ANN@example.com")
        assert await app.guess("sntsh", name="ａnn@example.com")

    async def test_one_look_up_for_anything_with_an_at_sign(self, app: RateLimitedApplication) -> None:
        addresses = app.container.email_addresses()
        assert isinstance(addresses, FakeEmailAddressRepository)
        looked = {}
        for name in (
            "santosh",
            "nobody",
            ADDRESS,
            "nobody@example.com",
            "no@address@",
            "@",
            "a＠example.com",
        ):
            before = addresses.looked
            await app.guesses(1, name=name)
            looked[name] = addresses.looked - before
        assert looked == {
            "santosh": 0,
            "nobody": 0,
            ADDRESS: 1,
            "nobody@example.com": 1,
            "no@address@": 1,
            "@": 1,
            "a＠example.com": 0,
        }
