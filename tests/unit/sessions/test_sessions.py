"""The life of a session: refreshing, being listed, ending."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import a_policy
from tests.world import A_DEVICE, A_SECRET_KEY, World

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import HashingOverloaded, InvalidCredentials, WrongPassword
from fastauth.domain.rate_limits.burst_limit import REFRESHES
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken, InvalidRefreshToken, SessionNotFound
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo, SessionId, SessionPolicy

ELSEWHERE = ClientInfo(user_agent="another browser", address="198.51.100.1")
ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")


@pytest.fixture
async def world() -> World:
    world = World()
    await world.a_user()
    return world


@pytest.fixture
async def tokens(world: World) -> TokenPair:
    return await world.a_log_in()


async def refresh(world: World, tokens: TokenPair, device: ClientInfo = A_DEVICE) -> TokenPair:
    return await world.refresh_session(refresh_token=tokens.refresh, client=device)


async def caller_of(world: World, tokens: TokenPair) -> AuthenticatedUser:
    return await world.authenticate(access_token=tokens.access.text)


def happened(world: World, *types: EventType) -> list[Event]:
    return [event for event in world.storage.events if event.type in types]


async def is_over(world: World, tokens: TokenPair) -> bool:
    with pytest.raises(InvalidRefreshToken):
        await refresh(world, tokens)
    with pytest.raises(InvalidAccessToken):
        await caller_of(world, tokens)
    return True


class TestRefreshToken:
    def test_is_worth_the_same_whichever_version_made_it(self) -> None:
        mint = RefreshTokenCodec(A_SECRET_KEY)
        token = mint.verify(
            "fa_rt_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBAUGBwgJCgsMDQ4PhZmc6AzY4SbOSd1cA38Yfg"
        )
        assert token.session_id == bytes(range(16)).hex()
        assert mint.digest(token).hex() == (
            "7bc20bc6e883e42bcd45bd76c7ef920e3229d8b0b5f63721fc8411b153602720"
        )
        assert [successor.text for successor in mint.derive_successors(token)] == [
            "fa_rt_z2JTTzU2ugrN2Y2oLF9jNC_m6Zyynn_SfbciNf5glsgAAQIDBAUGBwgJCgsMDQ4P8huj6Df7cAFq96zrflS88A"
        ]

    def test_does_not_show_itself(self) -> None:
        token = RefreshTokenCodec(A_SECRET_KEY).issue()
        assert token.text not in repr(token)


class TestRefreshSession:
    async def test_gives_the_next_tokens_of_the_same_session(self, world: World, tokens: TokenPair) -> None:
        world.clock.advance(minutes=5)
        following = await refresh(world, tokens)
        assert following.refresh != tokens.refresh
        assert following.access.text != tokens.access.text
        assert len(world.storage.sessions) == 1
        assert (await caller_of(world, following)).session.last_used_at == world.clock.now()

    async def test_says_when_the_password_was_given_however_often_it_is_used(
        self, world: World, tokens: TokenPair
    ) -> None:
        began_at = world.clock.now()
        world.clock.advance(minutes=5)
        claims = await world.access_tokens.verify((await refresh(world, tokens)).access.text)
        (session,) = world.storage.sessions.values()
        assert (claims.user_id, claims.session_id) == (session.user_id, session.id)
        assert claims.authenticated_at == began_at

    async def test_gives_the_same_successor_again_within_the_grace(
        self, world: World, tokens: TokenPair
    ) -> None:
        following = await refresh(world, tokens)
        world.clock.advance(seconds=9.999)
        assert (await refresh(world, tokens, ELSEWHERE)).refresh == following.refresh
        assert (await refresh(world, following)).refresh != following.refresh

    async def test_takes_a_token_spent_before_the_grace_for_theft(
        self, world: World, tokens: TokenPair
    ) -> None:
        following = await refresh(world, tokens, ELSEWHERE)
        world.clock.advance(seconds=10)
        assert await is_over(world, tokens)
        assert await is_over(world, following)
        (session,) = world.storage.sessions.values()
        (event,) = happened(world, EventType.REFRESH_TOKEN_REUSED)
        assert event == Event(
            type=EventType.REFRESH_TOKEN_REUSED,
            occurred_at=world.clock.now(),
            user_id=session.user_id,
            session_id=session.id,
        )

    @pytest.mark.parametrize("other", ["192.0.2.2", "another browser"])
    async def test_gives_the_client_that_spent_it_the_time_of_an_outage(
        self, world: World, tokens: TokenPair, other: str
    ) -> None:
        following = await refresh(world, tokens)
        world.clock.advance(minutes=9, seconds=59.999)
        assert (await refresh(world, tokens)).refresh == following.refresh
        changed = {"address": other} if other[0].isdigit() else {"user_agent": other}
        with pytest.raises(InvalidRefreshToken):
            await refresh(world, tokens, replace(A_DEVICE, **changed))
        assert await is_over(world, following)

    async def test_gives_nobody_more_than_the_time_of_an_outage(
        self, world: World, tokens: TokenPair
    ) -> None:
        following = await refresh(world, tokens)
        world.clock.advance(minutes=10)
        assert await is_over(world, tokens)
        assert await is_over(world, following)

    async def test_gives_the_client_nothing_once_its_successor_was_presented(
        self, world: World, tokens: TokenPair
    ) -> None:
        following = await refresh(world, await refresh(world, tokens))
        world.clock.advance(minutes=1)
        assert await is_over(world, tokens)
        assert await is_over(world, following)

    async def test_refuses_what_comes_faster_than_the_pace_and_spends_nothing(self) -> None:
        world = World(terms=SessionPolicy(refresh_limit=REFRESHES))
        await world.a_user()
        tokens = await world.a_log_in()
        for _ in range(REFRESHES.burst):
            tokens = await refresh(world, tokens)
        for _ in range(2):
            with pytest.raises(TooManyRequests) as refusal:
                await refresh(world, tokens)
            assert refusal.value.retry_after == 10
        world.clock.advance(seconds=10)
        for _ in range(100):
            tokens = await refresh(world, tokens)
            world.clock.advance(seconds=10)
        assert len(happened(world, EventType.SESSION_RENEWED)) == 1 + 100 * 10 // 60

    async def test_takes_a_token_whose_successor_is_spent_for_theft(
        self, world: World, tokens: TokenPair
    ) -> None:
        """R52: a rotation forks, or a successor survives the end of its family.

        GHSA-392p-2q2v-4372 (better-auth); CWE-362.
        """
        following = await refresh(world, await refresh(world, tokens))
        assert await is_over(world, tokens)
        assert await is_over(world, following)

    async def test_forgives_nothing_without_a_grace(self) -> None:
        world = World(terms=SessionPolicy(rotation_grace=timedelta(0)))
        await world.a_user()
        tokens = await world.a_log_in()
        following = await refresh(world, tokens)
        assert await is_over(world, tokens)
        assert await is_over(world, following)

    async def test_forgives_nothing_without_a_grace_to_who_read_the_clock_before(self) -> None:
        world = World(terms=SessionPolicy(rotation_grace=timedelta(0)))
        await world.a_user()
        tokens = await world.a_log_in()
        following = await refresh(world, tokens)
        world.clock.advance(milliseconds=-1)
        assert await is_over(world, tokens)
        assert await is_over(world, following)

    async def test_ends_one_session_for_theft_and_no_other(self, world: World, tokens: TokenPair) -> None:
        other = await world.a_log_in()
        await refresh(world, await refresh(world, tokens))
        assert await is_over(world, tokens)
        assert await refresh(world, other)

    async def test_records_theft_once(self, world: World, tokens: TokenPair) -> None:
        await refresh(world, await refresh(world, tokens))
        for _ in range(3):
            assert await is_over(world, tokens)
        assert world.event_types().count(EventType.REFRESH_TOKEN_REUSED) == 1

    async def test_ends_nothing_for_a_token_it_never_made(self, world: World, tokens: TokenPair) -> None:
        head, tail = tokens.refresh[:60], tokens.refresh[60:]
        for forged in (head + tail.swapcase(), tokens.refresh[:-1], tokens.refresh + "A", tail, "", "fa_rt_"):
            with pytest.raises(InvalidRefreshToken):
                await world.refresh_session(refresh_token=forged, client=A_DEVICE)
        assert await refresh(world, tokens)

    async def test_is_over_after_seven_idle_days(self, world: World, tokens: TokenPair) -> None:
        world.clock.advance(timedelta(days=7) - timedelta(microseconds=1))
        following = await refresh(world, tokens)
        world.clock.advance(days=7)
        assert await is_over(world, following)
        assert EventType.REFRESH_TOKEN_REUSED not in world.event_types()

    async def test_is_over_after_thirty_days_however_much_it_is_used(
        self, world: World, tokens: TokenPair
    ) -> None:
        for _ in range(29):
            world.clock.advance(days=1)
            tokens = await refresh(world, tokens)
        world.clock.advance(timedelta(days=1) - timedelta(microseconds=1))
        tokens = await refresh(world, tokens)
        world.clock.advance(timedelta(microseconds=1))
        assert await is_over(world, tokens)

    async def test_goes_on_under_a_new_secret_key(self, world: World, tokens: TokenPair) -> None:
        await refresh(world, tokens)
        both = replace(
            world.refresh_session, refresh_tokens=RefreshTokenCodec(ANOTHER_SECRET_KEY, A_SECRET_KEY)
        )
        repeated = await both(refresh_token=tokens.refresh, client=A_DEVICE)
        following = await both(refresh_token=repeated.refresh, client=A_DEVICE)
        alone = replace(world.refresh_session, refresh_tokens=RefreshTokenCodec(ANOTHER_SECRET_KEY))
        assert await alone(refresh_token=following.refresh, client=A_DEVICE)
        with pytest.raises(InvalidRefreshToken):
            await alone(refresh_token=tokens.refresh, client=A_DEVICE)


class TestAuthenticate:
    async def test_refuses_an_expired_token(self, world: World, tokens: TokenPair) -> None:
        world.clock.advance(seconds=299)
        assert await caller_of(world, tokens)
        world.clock.advance(seconds=1)
        with pytest.raises(InvalidAccessToken):
            await caller_of(world, tokens)

    async def test_refuses_what_is_no_token(self, world: World) -> None:
        with pytest.raises(InvalidAccessToken):
            await world.authenticate(access_token="anything")

    async def test_still_accepts_an_earlier_token_of_a_live_session(
        self, world: World, tokens: TokenPair
    ) -> None:
        await refresh(world, tokens)
        assert await caller_of(world, tokens)


class TestListSessions:
    async def test_shows_ones_own_that_live_newest_first(self, world: World, tokens: TokenPair) -> None:
        world.clock.advance(seconds=1)
        second = await world.a_log_in()
        await world.a_user("other")
        await world.a_log_in("other")
        caller = await caller_of(world, second)
        listed, following = await world.list_sessions(caller=caller)
        assert following is None
        assert [session.id for session in listed] == [
            caller.session.id,
            (await caller_of(world, tokens)).session.id,
        ]


class TestLogOut:
    async def test_ends_one_session(self, world: World, tokens: TokenPair) -> None:
        other = await world.a_log_in()
        caller = await caller_of(world, tokens)
        await world.log_out(caller=caller, session_id=caller.session.id)
        assert await is_over(world, tokens)
        assert await refresh(world, other)

    async def test_ends_every_session_of_the_caller(self, world: World, tokens: TokenPair) -> None:
        await world.a_user("other")
        others = await world.a_log_in("other")
        second = await world.a_log_in()
        await world.log_out(caller=await caller_of(world, tokens), session_id=None)
        assert await is_over(world, tokens)
        assert await is_over(world, second)
        assert await refresh(world, others)

    @pytest.mark.parametrize("whose", ["nobody", "another", "ended"])
    async def test_knows_no_session_but_the_callers_own(
        self, world: World, tokens: TokenPair, whose: str
    ) -> None:
        """R35 (CVE-2025-61928 (better-auth); CWE-639): the body says who asks."""
        await world.a_user("other")
        caller, stranger = (
            await caller_of(world, tokens),
            await caller_of(world, await world.a_log_in("other")),
        )
        ended = (await caller_of(world, await world.a_log_in())).session.id
        await world.log_out(caller=caller, session_id=ended)
        session_id = {"nobody": SessionId("0" * 32), "another": stranger.session.id, "ended": ended}[whose]
        with pytest.raises(SessionNotFound):
            await world.log_out(caller=caller, session_id=session_id)
        assert not world.storage.sessions[stranger.session.id].ended_at


class TestChangePassword:
    async def change(self, world: World, tokens: TokenPair, current: str, new: str) -> None:
        await world.change_password(
            caller=await caller_of(world, tokens),
            current_password=current,
            new_password=new,
            address=A_DEVICE.address,
        )

    async def test_ends_every_session_but_the_one_that_asks(self, world: World, tokens: TokenPair) -> None:
        other = await world.a_log_in()
        await self.change(world, tokens, "sntsh", "another")
        assert await is_over(world, other)
        assert await refresh(world, tokens)
        assert await world.a_log_in(password="another")
        with pytest.raises(InvalidCredentials):
            await world.a_log_in()
        session = (await caller_of(world, tokens)).session
        (event,) = happened(world, EventType.PASSWORD_CHANGED)
        assert event == Event(
            type=EventType.PASSWORD_CHANGED,
            occurred_at=world.clock.now(),
            user_id=session.user_id,
            session_id=session.id,
        )

    @pytest.mark.parametrize("current", ["wrong", "", "p" * 257])
    async def test_wants_the_current_password(self, world: World, tokens: TokenPair, current: str) -> None:
        other = await world.a_log_in()
        with pytest.raises(WrongPassword):
            await self.change(world, tokens, current, "another")
        assert await refresh(world, other)
        assert await world.a_log_in()
        assert EventType.PASSWORD_CHANGED not in world.event_types()

    async def test_holds_the_new_password_to_the_policy(self, world: World, tokens: TokenPair) -> None:
        with pytest.raises(InvalidInput) as refusal:
            await self.change(world, tokens, "sntsh", "")
        assert [(v.field, v.code) for v in refusal.value.violations] == [("new_password", "empty")]

    @pytest.mark.parametrize("new", ["Santosh1", "kumar!"])
    async def test_refuses_the_callers_own_words(self, new: str) -> None:
        world = World(passwords=a_policy(reject_user_attributes=True))
        await world.a_user()
        with pytest.raises(InvalidInput) as refusal:
            await self.change(world, await world.a_log_in(), "sntsh", new)
        assert [(v.field, v.code) for v in refusal.value.violations] == [
            ("new_password", "contains_user_data")
        ]

    async def test_refuses_before_it_verifies_what_could_not_be_hashed_in_time(
        self, world: World, tokens: TokenPair
    ) -> None:
        world.hasher.overloaded = True
        verified = world.hasher.verified
        with pytest.raises(HashingOverloaded):
            await self.change(world, tokens, "sntsh", "another")
        with pytest.raises(InvalidInput):
            await self.change(world, tokens, "sntsh", "")
        assert world.hasher.verified == verified

    async def test_lets_one_of_two_changes_at_once_win(self, world: World, tokens: TokenPair) -> None:
        caller = await caller_of(world, tokens)
        await world.change_password(
            caller=caller, current_password="sntsh", new_password="one", address=A_DEVICE.address
        )
        with pytest.raises(WrongPassword):
            await world.change_password(
                caller=caller, current_password="sntsh", new_password="two", address=A_DEVICE.address
            )
        assert await world.a_log_in(password="one")


class TestChangeFullName:
    async def test_replaces_it(self, world: World, tokens: TokenPair) -> None:
        user = await world.change_full_name(caller=await caller_of(world, tokens), fullname=" New Name ")
        assert user.fullname.text == "New Name"
        assert (await caller_of(world, tokens)).user == user

    async def test_holds_it_to_the_rules(self, world: World, tokens: TokenPair) -> None:
        with pytest.raises(InvalidInput):
            await world.change_full_name(caller=await caller_of(world, tokens), fullname="\0")


class TestDisableUser:
    async def test_ends_every_session_and_lets_nobody_in(self, world: World, tokens: TokenPair) -> None:
        """R28: disabled accounts and ended sessions work on, in one of several stores.

        CVE-2025-29928, CVE-2025-53942 (authentik), CVE-2024-47000 (Zitadel); CWE-613.
        """
        await world.disable_user(username="SANTOSH")
        assert await is_over(world, tokens)
        with pytest.raises(InvalidCredentials):
            await world.a_log_in()

    async def test_is_undone_but_for_the_sessions(self, world: World, tokens: TokenPair) -> None:
        await world.disable_user(username="santosh")
        disabled_at = world.clock.now()
        world.clock.advance(minutes=1)
        user = await world.enable_user(username="santosh")
        assert await is_over(world, tokens)
        assert await world.a_log_in()
        assert happened(world, EventType.USER_DISABLED, EventType.USER_ENABLED) == [
            Event(type=EventType.USER_DISABLED, occurred_at=disabled_at, user_id=user.id),
            Event(type=EventType.USER_ENABLED, occurred_at=world.clock.now(), user_id=user.id),
        ]

    async def test_keeps_the_day_of_the_first_time(self, world: World) -> None:
        since = world.clock.now()
        for _ in range(2):
            await world.disable_user(username="santosh")
            world.clock.advance(days=1)
        (user,) = world.storage.users.values()
        assert user.disabled_at == since

    async def test_knows_who_is_nobody(self, world: World) -> None:
        for act in (world.disable_user, world.enable_user):
            with pytest.raises(UserNotFound):
                await act(username="nobody")
