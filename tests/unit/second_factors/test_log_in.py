"""Log-ins of an account with a second factor."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.builders import a_password_hash
from tests.factor_helpers import Enrolled, enrolled
from tests.fakes import FakePasswordRepository
from tests.harness.editions import size
from tests.session_helpers import caller_of, event_now, happened

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import EventType
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passwords.credential import PasswordCredential
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.totp import MAX_FAILURES

RECOVERY = SecondFactorMethod.RECOVERY_CODE
TOTP = SecondFactorMethod.TOTP


@pytest.fixture
async def user(app: Application) -> Enrolled:
    await app.a_user()
    return await enrolled(app)


@pytest.fixture
def app() -> Application:
    return Application()


async def is_refused(attempt: Awaitable[object]) -> bool:
    """Return whether an answer to a challenge is refused, and not for any other reason."""
    try:
        await attempt
    except InvalidSecondFactor:
        return True
    return False


class TestChallenge:
    async def test_takes_the_place_of_a_session(self, user: Enrolled) -> None:
        before = len(user.app.storage.events)
        challenge = await user.challenge()
        assert challenge.token.startswith("fa_mf_")
        assert (challenge.methods, challenge.expires_in) == ((TOTP, RECOVERY), 300)
        assert challenge.token not in repr(challenge)
        assert not user.app.storage.sessions
        assert len(user.app.storage.events) == before

    async def test_needs_the_right_password(self, user: Enrolled) -> None:
        with pytest.raises(InvalidCredentials):
            await user.app.log_in(username="santosh", password="wrong", client=A_DEVICE)
        assert not user.app.storage.one_time_tokens

    async def test_offers_what_can_be_used(self, user: Enrolled) -> None:
        """A locked TOTP factor cannot, nor can recovery codes once all are used."""
        factors = user.app.container.second_factors()
        while await factors.count_attempt(user.user_id):
            pass
        assert (await user.challenge()).methods == (RECOVERY,)
        await factors.replace_recovery_codes(user.user_id, (), now=user.app.clock.now())
        assert (await user.challenge()).methods == ()

    async def test_payload_is_sealed(self, user: Enrolled) -> None:
        await user.challenge()
        (stored,) = user.app.storage.one_time_tokens.values()
        assert stored.payload
        assert not stored.payload.startswith("{")

    async def test_right_passwords_do_not_use_up_the_limit_of_the_account(self) -> None:
        """Nor does a log-in by the owner wait for earlier ones that stopped at the challenge."""
        app = RateLimitedApplication()
        await app.a_user()
        user = await enrolled(app)
        for _ in range(30):
            client = replace(A_DEVICE, address=f"10.0.{next(app.addresses)}.1")
            challenge = await app.log_in(username="santosh", password="sntsh", client=client)
            assert isinstance(challenge, SecondFactorChallenge)
        assert await user.log_in()


class TestCompleteLogIn:
    async def test_totp_starts_a_session_of_two_factors(self, user: Enrolled) -> None:
        result = await user.log_in()
        caller = await caller_of(user.app, result.tokens)
        assert (caller.session.methods, caller.session.client) == (("pwd", "otp", "mfa"), A_DEVICE)
        claims = await user.app.container.access_tokens().verify(result.tokens.access.text)
        assert (claims.amr, claims.acr) == (("pwd", "otp", "mfa"), "aal2")
        caller.check_recent_authentication(user.app.clock.now())
        assert [event.user_id for event in happened(user.app, EventType.LOGIN_SUCCEEDED)] == [1]

    async def test_device_token_is_given_for_both_steps(self, user: Enrolled) -> None:
        """The known device of the first step is that of the second one."""
        first = await user.log_in()
        tokens, now = user.app.container.device_tokens(), user.app.clock.now()
        name = user.app.storage.users[user.user_id].username
        user.app.clock.advance(seconds=30)
        challenge = await user.app.log_in(
            username="santosh", password="sntsh", client=A_DEVICE, device_token=first.device_token
        )
        assert isinstance(challenge, SecondFactorChallenge)
        second = await user.answer(challenge, user.code())
        ids = [tokens.verify(each.device_token, name, now=now) for each in (first, second)]
        assert ids[0]
        assert ids[0] == ids[1]

    async def test_recovery_code_works_once(self, user: Enrolled) -> None:
        code = user.recovery_codes[0]
        challenge = await user.challenge()
        result = await user.answer(challenge, code.lower().replace("-", " "), RECOVERY)
        assert (await caller_of(user.app, result.tokens)).session.methods == ("pwd", "otp", "mfa")
        assert await is_refused(user.answer(await user.challenge(), code, RECOVERY))
        assert happened(user.app, EventType.RECOVERY_CODE_USED) == [
            event_now(user.app, EventType.RECOVERY_CODE_USED, user_id=user.user_id)
        ]
        assert await user.answer(await user.challenge(), user.recovery_codes[1], RECOVERY)

    async def test_challenge_starts_one_session(self, user: Enrolled) -> None:
        challenge = await user.challenge()
        await user.answer(challenge, user.code())
        user.app.clock.advance(seconds=30)
        assert await is_refused(user.answer(challenge, user.code()))
        assert await is_refused(user.answer(challenge, user.recovery_codes[0], RECOVERY))
        assert len(user.app.storage.sessions) == 1

    async def test_code_starts_one_session(self, user: Enrolled) -> None:
        """R23 (CVE-2025-6014, CVE-2025-6015 (Vault), CVE-2025-55000, CVE-2025-55003 (OpenBao); CWE-294): a
        one-time password works twice.
        """
        code = user.code()
        await user.answer(await user.challenge(), code)
        assert await is_refused(user.answer(await user.challenge(), code))

    async def test_one_of_concurrent_answers_wins(self, user: Enrolled) -> None:
        """R23 (CVE-2025-6014, CVE-2025-6015 (Vault), CVE-2025-55000, CVE-2025-55003 (OpenBao); CWE-294): a
        one-time password works twice: with one challenge, and at as many challenges.
        """
        challenge = await user.challenge()
        for challenges in ([challenge] * 32, [await user.challenge() for _ in range(32)]):
            user.app.clock.advance(seconds=60)
            before = len(user.app.storage.sessions)
            results = await asyncio.gather(
                *(user.answer(each, user.code()) for each in challenges), return_exceptions=True
            )
            assert len(user.app.storage.sessions) == before + 1
            assert {type(result) for result in results} == {LoginResult, InvalidSecondFactor}

    async def test_challenge_expires(self, user: Enrolled) -> None:
        in_time, late = await user.challenge(), await user.challenge()
        user.app.clock.advance(seconds=299)
        assert await user.answer(in_time, user.code())
        user.app.clock.advance(seconds=1)
        assert await is_refused(user.answer(late, user.recovery_codes[0], RECOVERY))

    async def test_challenge_ends_with_the_password(self, user: Enrolled) -> None:
        challenge = await user.challenge()
        user.app.storage.passwords[user.user_id] = a_password_hash("another")
        assert await is_refused(user.answer(challenge, user.code()))
        assert not user.app.storage.sessions

    async def test_challenge_ends_when_the_account_is_disabled(self, user: Enrolled) -> None:
        challenge = await user.challenge()
        await user.app.disable_user(username="santosh")
        assert await is_refused(user.answer(challenge, user.code()))

    async def test_challenge_belongs_to_its_account(self, user: Enrolled) -> None:
        """A code of another account does not answer it."""
        await user.app.a_user("ann", "another password")
        assert await is_refused(user.answer(await user.challenge(), user.wrong_code()))
        other = user.app.container.recovery_code_codec().issue()
        factors, now = user.app.container.second_factors(), user.app.clock.now()
        ann = await user.app.find_user(username="ann")
        await factors.replace_recovery_codes(ann.id, [code.digest for code in other], now=now)
        assert await is_refused(user.answer(await user.challenge(), other[0].text, RECOVERY))

    async def test_tokens_of_other_purposes_are_no_challenge(self, user: Enrolled) -> None:
        codec = user.app.container.one_time_token_codec()
        for purpose in Purpose:
            text = codec.issue(purpose).text
            answer = FactorAnswer(method=TOTP, code=user.code(), challenge=text)
            assert await is_refused(user.app.complete_log_in(answer=answer, client=A_DEVICE)), purpose
        for text in ("", "fa_mf_", "fa_mf_" + "A" * 43):
            answer = FactorAnswer(method=TOTP, code=user.code(), challenge=text)
            assert await is_refused(user.app.complete_log_in(answer=answer, client=A_DEVICE)), text
        assert not happened(user.app, EventType.SECOND_FACTOR_REFUSED)


class TestTimeOfCode:
    async def test_window(self, user: Enrolled) -> None:
        """A code is accepted in its step and in the next one."""
        accepted = set()
        for steps in (1, -2, -1, 0):
            if not await is_refused(user.answer(await user.challenge(), user.code(steps))):
                accepted.add(steps)
        assert accepted == {-1, 0}

    async def test_clock_that_goes_back_revives_no_code(self, user: Enrolled) -> None:
        """R23 (CVE-2025-6014, CVE-2025-6015 (Vault), CVE-2025-55000, CVE-2025-55003 (OpenBao); CWE-294): a
        one-time password works twice. Nor does that of the time that the clock shows then.
        """
        code = user.code()
        await user.answer(await user.challenge(), code)
        user.app.clock.advance(hours=-1)
        for again in (code, user.code()):
            assert await is_refused(user.answer(await user.challenge(), again))

    async def test_spellings_of_a_code(self, user: Enrolled) -> None:
        code = user.code()
        full_width = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
        arabic = "".join(chr(ord(digit) - ord("0") + ord("٠")) for digit in code)
        spellings = ["", code[:5], code + "0", f" {code}", f"{code} ", f"{code}\n", f"+{code}"]
        spellings += [f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", full_width, arabic, f"{code}\0"]
        for spelling in spellings:
            assert await is_refused(user.answer(await user.challenge(), spelling)), repr(spelling)
        totp = await user.app.container.second_factors().find(user.user_id)
        assert totp
        assert totp.failures == 0
        assert await user.answer(await user.challenge(), code)


class TestBudgets:
    async def test_challenge_has_five_attempts(self, user: Enrolled) -> None:
        """R47 (django-allauth, audit of 2024; CWE-307): codes of six characters may be guessed."""
        challenge = await user.challenge()
        for _ in range(5):
            assert await is_refused(user.answer(challenge, user.wrong_code()))
        assert await is_refused(user.answer(challenge, user.code()))
        refused = event_now(user.app, EventType.SECOND_FACTOR_REFUSED, user_id=user.user_id)
        assert happened(user.app, EventType.SECOND_FACTOR_REFUSED) == [refused] * 5
        assert await user.log_in()

    async def test_fifth_attempt_may_be_right(self, user: Enrolled) -> None:
        challenge = await user.challenge()
        for _ in range(4):
            assert await is_refused(user.answer(challenge, user.wrong_code()))
        assert await user.answer(challenge, user.code())

    async def test_failures_in_a_row_lock_the_factor_and_not_the_account(self, user: Enrolled) -> None:
        """R24 (CVE-2024-32868, CVE-2025-64102 (Zitadel); CWE-307): one-time passwords may be guessed, or lock
        the owner out.
        """
        for _ in range(MAX_FAILURES):
            assert await is_refused(user.answer(await user.challenge(), user.wrong_code()))
        assert len(happened(user.app, EventType.SECOND_FACTOR_LOCKED)) == 1
        assert await is_refused(user.log_in())
        assert await user.answer(await user.challenge(), user.recovery_codes[0], RECOVERY)
        user.app.clock.advance(minutes=1)
        assert await user.log_in()

    async def test_right_code_resets_the_failures(self, user: Enrolled) -> None:
        for _ in range(2):
            for _ in range(MAX_FAILURES - 1):
                assert await is_refused(user.answer(await user.challenge(), user.wrong_code()))
            user.app.clock.advance(minutes=1)
            assert await user.log_in()
        assert not happened(user.app, EventType.SECOND_FACTOR_LOCKED)

    async def test_storm_of_wrong_codes_leaves_recovery_codes_and_password(self, user: Enrolled) -> None:
        """R24 (CVE-2024-32868, CVE-2025-64102 (Zitadel); CWE-307): one-time passwords may be guessed, or lock
        the owner out. Of 1 000 codes at ten challenges twenty are looked at.
        """
        for challenge in [await user.challenge() for _ in range(10)]:
            for number in range(size(100, 1_000)):
                assert await is_refused(user.answer(challenge, f"{number:06}"))
        totp = await user.app.container.second_factors().find(user.user_id)
        assert totp
        assert totp.failures == MAX_FAILURES
        assert len(happened(user.app, EventType.SECOND_FACTOR_REFUSED)) == 50
        assert await user.answer(await user.challenge(), user.recovery_codes[0], RECOVERY)

    async def test_codes_do_not_count_against_the_password(self) -> None:
        app = RateLimitedApplication()
        await app.a_user()
        user = await enrolled(app)
        for _ in range(50):
            assert await is_refused(user.answer(await user.challenge(), user.wrong_code()))
            app.clock.advance(minutes=5)
        assert await user.answer(await user.challenge(), user.recovery_codes[0], RECOVERY)


async def test_factor_confirmed_during_a_log_in_stops_it(user: Enrolled) -> None:
    """The account was read before, so the log-in goes on by the password alone."""

    class ReadBefore(FakePasswordRepository):
        async def find(self, username: Username) -> PasswordCredential | None:
            found = await super().find(username)
            assert found
            return replace(found, user=replace(found.user, has_second_factor=False))

    log_in = replace(user.app.log_in, passwords=ReadBefore(user.app.storage))
    with pytest.raises(InvalidCredentials):
        await log_in(username="santosh", password="sntsh", client=A_DEVICE)
