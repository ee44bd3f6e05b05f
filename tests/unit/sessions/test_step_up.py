"""Authenticate again in a session."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.builders import a_password_hash
from tests.fakes import FakePasswordHasher
from tests.session_helpers import caller_of, happened

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.passwords.errors import WrongPassword
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.access_token import AccessToken, TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired


async def step_up(app: Application, tokens: TokenPair, password: str = "sntsh") -> AccessToken:
    caller = await caller_of(app, tokens)
    return await app.step_up(caller=caller, password=password, address=A_DEVICE.address)


class TestStepUp:
    async def test_makes_authentication_recent(self, app: Application, tokens: TokenPair) -> None:
        """The new time is in the token of the step-up and in each one after it."""
        app.clock.advance(minutes=4)
        access = await step_up(app, tokens)
        claims = await app.container.access_tokens().verify(access.text)
        assert (claims.authenticated_at, claims.amr, claims.acr) == (app.clock.now(), ("pwd",), "aal1")
        stepped_up_at = app.clock.now()
        app.clock.advance(minutes=4)
        renewed = await app.refresh_session(refresh_token=tokens.refresh, client=A_DEVICE)
        claims = await app.container.access_tokens().verify(renewed.access.text)
        assert claims.authenticated_at == stepped_up_at
        caller = await caller_of(app, renewed)
        caller.check_recent_authentication(stepped_up_at + timedelta(minutes=10))
        with pytest.raises(StepUpRequired):
            caller.check_recent_authentication(stepped_up_at + timedelta(minutes=10, microseconds=1))
        # A clock that was set back: the time is no reason to trust the session until it is reached again.
        caller.check_recent_authentication(stepped_up_at - timedelta(minutes=10))
        with pytest.raises(StepUpRequired):
            caller.check_recent_authentication(stepped_up_at - timedelta(minutes=10, microseconds=1))
        (event,) = happened(app, EventType.STEPPED_UP)
        assert event == Event(
            type=EventType.STEPPED_UP,
            occurred_at=stepped_up_at,
            user_id=caller.user.id,
            session_id=caller.session.id,
        )

    @pytest.mark.parametrize("password", ["wrong", "", "p" * 257])
    async def test_wrong_password_changes_nothing(
        self, app: Application, tokens: TokenPair, password: str
    ) -> None:
        before = (await caller_of(app, tokens)).session
        app.clock.advance(minutes=1)
        with pytest.raises(WrongPassword):
            await step_up(app, tokens, password)
        assert (await caller_of(app, tokens)).session == before
        with pytest.raises(WrongPassword):
            await app.container.step_up()(
                caller=await caller_of(app, tokens), password=password, address=A_DEVICE.address
            )
        assert len(happened(app, EventType.STEP_UP_FAILED)) == 1

    async def test_password_of_the_time_of_the_request_does_not_suffice(
        self, app: Application, tokens: TokenPair
    ) -> None:
        """The password changes while it is verified."""
        caller = await caller_of(app, tokens)

        class SlowHasher(FakePasswordHasher):
            async def verify_and_update(
                self, password: Password, stored: PasswordHash | None
            ) -> PasswordHash:
                kept = await super().verify_and_update(password, stored)
                app.storage.passwords[caller.user.id] = a_password_hash("another")
                return kept

        slow = replace(app.step_up, hasher=SlowHasher())
        with pytest.raises(WrongPassword):
            await slow(caller=caller, password="sntsh", address=A_DEVICE.address)

    @pytest.mark.parametrize("password", ["sntsh", "wrong"])
    async def test_session_that_ends_meanwhile_is_no_wrong_password(
        self, app: Application, tokens: TokenPair, password: str
    ) -> None:
        """Nor a right one: the answer is the same for each password."""
        caller = await caller_of(app, tokens)
        await app.log_out(caller=caller, session_id=caller.session.id)
        with pytest.raises(InvalidAccessToken):
            await app.step_up(caller=caller, password=password, address=A_DEVICE.address)

    async def test_shares_the_limit_of_password_changes(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        tokens = await app.a_log_in()
        before = app.looked_at
        for _ in range(8):
            with pytest.raises(WrongPassword):
                await step_up(app, tokens, "wrong")
            with pytest.raises(WrongPassword):
                await app.change_password(
                    caller=await caller_of(app, tokens),
                    current_password="wrong",
                    new_password="another",
                    address=A_DEVICE.address,
                )
        assert app.looked_at - before == 10

    async def test_limited_session_counts_for_its_network(self) -> None:
        """The one of the request, which need not be that of the log-in."""
        app = RateLimitedApplication()
        await app.a_user()
        caller = await caller_of(app, await app.a_log_in())
        of_network = app.rate_limiter.keys("log-ins", "198.51.100.7")
        counted = []
        for _ in range(11):
            with pytest.raises(WrongPassword):
                await app.step_up(caller=caller, password="wrong", address="198.51.100.7")
            counted.append(of_network in app.storage.counters)
        assert counted == [False] * 10 + [True]
