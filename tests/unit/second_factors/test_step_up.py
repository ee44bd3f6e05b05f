"""Step-ups of an account with a second factor."""

from dataclasses import replace

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.builders import a_password_hash
from tests.factor_helpers import Enrolled, enrolled
from tests.fakes import FakePasswordRepository, FakeStorage
from tests.session_helpers import caller_of, happened

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.audit.event import EventType
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.totp import MAX_FAILURES, MAX_STEP_UP_FAILURES
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken, TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired

TOTP = SecondFactorMethod.TOTP


async def step_up(
    user: Enrolled, tokens: TokenPair, code: str, method: SecondFactorMethod = TOTP
) -> AccessToken:
    answer = FactorAnswer(method=method, code=code)
    caller = await caller_of(user.app, tokens)
    return await user.app.step_up_with_factor(caller=caller, answer=answer, address=A_DEVICE.address)


async def needs_step_up(user: Enrolled, tokens: TokenPair) -> tuple[str, ...] | None:
    """Return the levels that the session would have to step up to; ``None`` if it is fresh."""
    try:
        (await caller_of(user.app, tokens)).check_recent_authentication(user.app.clock.now())
    except StepUpRequired as error:
        return error.levels
    return None


class TestStepUpWithFactor:
    @pytest.fixture
    async def before(self, app: Application) -> TokenPair:
        """A session from before the account had a factor."""
        return await app.a_log_in()

    @pytest.fixture
    async def user(self, app: Application, before: TokenPair) -> Enrolled:
        assert before
        return await enrolled(app)

    async def test_session_from_before_the_factor_needs_it(self, user: Enrolled, before: TokenPair) -> None:
        assert await needs_step_up(user, before) == ("aal2", "phr")
        access = await step_up(user, before, user.code())
        claims = await user.app.container.access_tokens().verify(access.text)
        assert (claims.amr, claims.acr) == (("pwd", "otp", "mfa"), "aal2")
        assert claims.authenticated_at == user.app.clock.now()
        assert await needs_step_up(user, before) is None
        assert len(happened(user.app, EventType.STEPPED_UP)) == 1

    async def test_token_is_of_the_session_and_its_user(self, user: Enrolled, before: TokenPair) -> None:
        await user.app.grant_role(username="santosh", role="admin")
        caller = await caller_of(user.app, before)
        access = await step_up(user, before, user.code())
        assert await user.app.container.access_tokens().verify(access.text) == AccessClaims(
            user_id=caller.user.id,
            session_id=caller.session.id,
            authenticated_at=user.app.clock.now(),
            amr=("pwd", "otp", "mfa"),
            grants=await user.app.container.roles().grants_of(caller.user.id),
        )

    async def test_session_that_ends_meanwhile_is_no_wrong_code(
        self, user: Enrolled, before: TokenPair
    ) -> None:
        """Nor a right one: the answer is the same for each code."""
        caller = await caller_of(user.app, before)
        await user.app.log_out(caller=caller, session_id=caller.session.id)
        for code in ("wrong", user.code()):
            answer = FactorAnswer(method=TOTP, code=code)
            with pytest.raises(InvalidAccessToken):
                await user.app.step_up_with_factor(caller=caller, answer=answer, address=A_DEVICE.address)

    async def test_code_does_not_suffice_without_the_password(
        self, user: Enrolled, before: TokenPair
    ) -> None:
        """The password is one of the two factors: it must still be that of the log-in."""
        changed = FakePasswordRepository(FakeStorage(passwords={user.user_id: a_password_hash("before")}))
        stale = replace(user.app.step_up_with_factor, passwords=changed)
        answer = FactorAnswer(method=TOTP, code=user.code())
        with pytest.raises(InvalidSecondFactor):
            await stale(caller=await caller_of(user.app, before), answer=answer, address=A_DEVICE.address)
        assert await needs_step_up(user, before)
        assert not happened(user.app, EventType.STEPPED_UP)

    async def test_makes_authentication_recent(self, user: Enrolled) -> None:
        tokens = (await user.log_in()).tokens
        assert await needs_step_up(user, tokens) is None
        user.app.clock.advance(minutes=11)
        tokens = await user.app.refresh_session(refresh_token=tokens.refresh, client=A_DEVICE)
        assert await needs_step_up(user, tokens) == ("aal2", "phr")
        await step_up(user, tokens, user.recovery_codes[0], SecondFactorMethod.RECOVERY_CODE)
        assert await needs_step_up(user, tokens) is None

    async def test_password_does_not_suffice(self, user: Enrolled, before: TokenPair) -> None:
        caller, verified = await caller_of(user.app, before), user.app.hasher.verified
        with pytest.raises(StepUpRequired) as raised:
            await user.app.step_up(caller=caller, password="sntsh", address=A_DEVICE.address)
        assert raised.value.levels == ("aal2", "phr")
        assert user.app.hasher.verified == verified

    async def test_wrong_or_used_code_changes_nothing(self, user: Enrolled, before: TokenPair) -> None:
        code = user.code()
        await user.answer(await user.challenge(), code)
        for wrong in (code, user.wrong_code(), "", user.recovery_codes[0]):
            with pytest.raises(InvalidSecondFactor):
                await step_up(user, before, wrong)
        assert await needs_step_up(user, before)
        session = (await caller_of(user.app, before)).session
        events = happened(user.app, EventType.SECOND_FACTOR_REFUSED)
        assert [event.session_id for event in events] == [session.id] * 4

    async def test_limited_session_counts_for_its_network(self) -> None:
        """The one of the request, which need not be that of the log-in."""
        app = RateLimitedApplication()
        await app.a_user()
        tokens = await app.a_log_in()
        user = await enrolled(app)
        of_network = app.rate_limiter.keys("log-ins", A_DEVICE.address)
        app.storage.counters.pop(of_network, None)
        counted = []
        for _ in range(11):
            with pytest.raises(InvalidSecondFactor):
                await step_up(user, tokens, user.wrong_code())
            counted.append(of_network in app.storage.counters)
        assert counted == [False] * 10 + [True]

    async def test_session_cannot_lock_the_factor(self) -> None:
        """However long it tries. Its attempts are limited together with those at the password, too."""
        app = RateLimitedApplication()
        await app.a_user()
        tokens = await app.a_log_in()
        user = await enrolled(app)
        for _ in range(4):
            for _ in range(MAX_FAILURES // 2):
                with pytest.raises(InvalidSecondFactor):
                    await step_up(user, tokens, user.wrong_code())
            app.clock.advance(minutes=5)
            tokens = await app.refresh_session(refresh_token=tokens.refresh, client=A_DEVICE)
        totp = await app.container.second_factors().find(user.user_id)
        assert totp
        assert totp.failures == MAX_STEP_UP_FAILURES < MAX_FAILURES
        assert await user.log_in()
        app.clock.advance(seconds=30)
        assert await step_up(user, tokens, user.code())
