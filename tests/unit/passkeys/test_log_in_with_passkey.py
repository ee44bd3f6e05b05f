"""Log-ins by passkey: alone, as a second factor, and step-ups; what is refused, replayed or cloned."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.contracts.passkeys.passkey_verifier import PARTY, WRONG_IN_BOTH
from tests.fakes import FakePasswordRepository, FakeStorage
from tests.harness.authenticator import DEVICE_BOUND, Authenticator
from tests.harness.editions import size
from tests.mail_helpers import template_of
from tests.passkey_helpers import PasskeyOwner, a_passkey_owner
from tests.session_helpers import caller_of, event_now, happened

from fastauth.application.passkeys.bindings import challenge_of
from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import FastauthError
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passkeys.errors import PasskeyNotFound
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.sessions.assurance import acr_of
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.session import ClientInfo

WRONG = {**WRONG_IN_BOTH, "other user handle": {"handle": bytes(32)}, "changed BE flag": {}}


def conduct_of(what: str) -> dict[str, object]:
    if what == "changed BE flag":
        return {"backup_eligible": False, "backed_up": False}
    return WRONG[what]


async def outcomes(*attempts: Awaitable[object]) -> tuple[int, set[type]]:
    """Return how many attempts succeeded, and the types of the errors of the others."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    errors = [each for each in results if isinstance(each, BaseException)]
    assert all(isinstance(each, FastauthError) for each in errors), errors
    return len(results) - len(errors), {type(each) for each in errors}


STORM = size(100, thorough=10_000)
"""Wrong answers, five to a challenge."""


class TestLogInWithPasskey:
    async def test_starts_a_session_of_the_highest_level(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        result = await owner.log_in()
        session = (await caller_of(app, result.tokens)).session
        assert session.methods == ("swk", "user", "mfa")
        assert acr_of(session.methods) == "phr"
        assert owner.stored.last_used_at == app.clock.now()
        (used,) = happened(app, EventType.PASSKEY_USED)
        assert (used.user_id, used.detail) == (session.user_id, owner.passkey.id)

    async def test_security_key_is_bound_to_its_device(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app, Authenticator(DEVICE_BOUND))
        for count in (1, 2):
            result = await owner.log_in()
            assert (await caller_of(app, result.tokens)).session.methods == ("hwk", "user", "mfa")
            assert owner.stored.sign_count == count

    async def test_account_without_a_password(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        app.storage.passwords[owner.passkey.user_id] = PasswordHash.unusable()
        assert await owner.log_in()

    async def test_refused_assertions(self) -> None:
        """Whatever is wrong, the answer is one, and the token is used."""
        app = Application()
        owner = await a_passkey_owner(app)
        sessions = len(app.storage.sessions)
        for what in (*WRONG, "no user handle"):
            changes = {"omits_handle": True} if what == "no user handle" else conduct_of(what)
            given = await owner.assertion(**changes)
            with pytest.raises(InvalidCredentials):
                await app.container.log_in_with_passkey()(**given, client=A_DEVICE)
            options = {"challenge": "", "allowCredentials": []}
            given["credential"] = owner.authenticator.get(options)
            with pytest.raises(InvalidCredentials):
                await app.container.log_in_with_passkey()(**given, client=A_DEVICE)
        assert len(app.storage.sessions) == sessions
        assert owner.stored == owner.passkey
        username = (await app.find_user(username="santosh")).username
        failed = Event(
            type=EventType.LOGIN_FAILED,
            occurred_at=app.clock.now(),
            username_digest=app.container.username_pseudonyms().digest(username),
        )
        assert happened(app, EventType.LOGIN_FAILED) == [failed] * (2 * (len(WRONG) + 1))
        assert await owner.log_in()

    async def test_credentials_that_are_none(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        right = (await owner.assertion())["credential"]
        response, handles = right["response"], [1, "é", "A", "", {}]
        credentials: list[dict[str, Any]] = [{}, {"id": 1}, {"id": "unknown", "response": {}}]
        credentials += [right | {"id": "é"}, right | {"response": []}]
        credentials += [right | {"response": response | {"userHandle": handle}} for handle in handles]
        for credential in credentials:
            begun = await app.container.begin_passkey_log_in()()
            with pytest.raises(InvalidCredentials):
                await app.container.log_in_with_passkey()(
                    token=begun.token, credential=credential, client=A_DEVICE
                )

    async def test_passkey_under_the_name_of_another_account(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        other = await a_passkey_owner(app, username="mallory")
        handle = other.authenticator.credentials[0].handle
        with pytest.raises(InvalidCredentials):
            await owner.log_in(handle=handle)

    async def test_replay(self) -> None:
        """R26 (CVE-2022-42731 (django-mfa2), CVE-2025-46815 (Zitadel); CWE-294): a challenge, twice."""
        app = Application()
        owner = await a_passkey_owner(app)
        given = await owner.assertion()
        log_in = app.container.log_in_with_passkey()
        attempts = (log_in(**given, client=A_DEVICE) for _ in range(32))
        assert await outcomes(*attempts) == (1, {InvalidCredentials})
        with pytest.raises(InvalidCredentials):
            await log_in(**given, client=A_DEVICE)
        given["token"] = (await app.container.begin_passkey_log_in()()).token
        with pytest.raises(InvalidCredentials):
            await log_in(**given, client=A_DEVICE)

    async def test_token_of_another_ceremony(self) -> None:
        """Neither that of a step-up nor that of a new passkey logs in."""
        app = Application()
        owner = await a_passkey_owner(app)
        caller = await owner.caller()
        for begun in (
            await app.container.begin_passkey_step_up()(caller=caller),
            await app.container.begin_passkey()(caller=caller),
        ):
            options = {"challenge": begun.options["challenge"], "allowCredentials": []}
            with pytest.raises(InvalidCredentials):
                await app.container.log_in_with_passkey()(
                    token=begun.token, credential=owner.authenticator.get(options), client=A_DEVICE
                )

    async def test_removed_passkey_and_disabled_account(self) -> None:
        """R58 (CVE-2025-10908 (WSO2); CWE-288, CWE-863): a disabled account has another way in."""
        app = Application()
        owner = await a_passkey_owner(app)
        await app.disable_user(username="santosh")
        with pytest.raises(InvalidCredentials):
            await owner.log_in()
        await app.enable_user(username="santosh")
        await app.container.passkeys().remove(owner.passkey.user_id, owner.passkey.id)
        with pytest.raises(InvalidCredentials):
            await owner.log_in()

    async def test_device_token_is_that_of_the_account(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        result = await owner.log_in()
        device = app.container.device_tokens()
        username = (await owner.caller()).user.username
        assert device.verify(result.device_token, username, now=app.clock.now())

    async def test_new_device_has_one_mail(self) -> None:
        """The device token of a log-in makes the next one that of a known device, with the same id."""
        app = Application()
        owner = await a_passkey_owner(app)
        await app.a_verified_address("santosh@example.com")
        log_in, device = app.container.log_in_with_passkey(), app.container.device_tokens()
        username, token, seen = (await owner.caller()).user.username, None, []
        for _ in range(2):
            given = await owner.assertion()
            token = (await log_in(**given, client=A_DEVICE, device_token=token)).device_token
            id_ = device.verify(token, username, now=app.clock.now())
            seen.append((id_, [template_of(mail) for mail in await app.deliver()]))
        assert seen == [(seen[0][0], ["login_from_new_device"]), (seen[0][0], [])]

    async def test_options_name_no_account(self) -> None:
        """Those without an account differ in the challenge alone, whether or not there is an account."""
        empty, full = Application(), Application()
        await a_passkey_owner(full)
        seen = []
        for app in (empty, full):
            begun = await app.container.begin_passkey_log_in()()
            assert len(begun.options.pop("challenge")) == 43
            seen.append(begun.options)
        assert seen[0] == seen[1]
        assert seen[0]["allowCredentials"] == []

    async def test_begun_ceremonies_are_not_stored(self) -> None:
        app = Application()
        for _ in range(100):
            await app.container.begin_passkey_log_in()()
        assert app.storage.one_time_tokens == {}


class TestCounter:
    async def owner(self) -> PasskeyOwner:
        return await a_passkey_owner(Application(), Authenticator(DEVICE_BOUND))

    async def test_lower_counter_is_refused_and_recorded(self) -> None:
        """A copy of the key counts on its own."""
        owner = await self.owner()
        app, credential = owner.app, owner.authenticator.credentials[0]
        for _ in range(3):
            await owner.log_in()
        copy = Authenticator(DEVICE_BOUND, [replace(credential, sign_count=1)])
        cloned = replace(owner, authenticator=copy)
        with pytest.raises(InvalidCredentials):
            await cloned.log_in()
        assert (owner.stored.sign_count, owner.stored.suspect_at) == (3, app.clock.now())
        (event,) = happened(app, EventType.PASSKEY_CLONED)
        assert (event.user_id, event.detail) == (owner.passkey.user_id, owner.passkey.id)
        assert await owner.log_in(), "the key itself goes on"

    async def test_zero_after_a_counter_is_refused(self) -> None:
        owner = await self.owner()
        await owner.log_in()
        owner.authenticator.credentials[0].sign_count = -1
        with pytest.raises(InvalidCredentials):
            await owner.log_in()
        assert happened(owner.app, EventType.PASSKEY_CLONED)

    async def test_counter_is_judged_after_the_signature(self) -> None:
        """An attacker without the key cannot cause the refusal of a passkey as a copy."""
        owner = await self.owner()
        await owner.log_in()
        stranger = Authenticator(DEVICE_BOUND)
        stranger.create(
            {"user": {"id": "A" * 43}, "challenge": "AA"}, id_=owner.authenticator.credentials[0].id
        )
        stranger.credentials[0].handle = owner.authenticator.credentials[0].handle
        with pytest.raises(InvalidCredentials):
            await replace(owner, authenticator=stranger).log_in()
        assert owner.stored.suspect_at is None

    async def test_two_assertions_with_one_counter(self) -> None:
        """Of the two requests one logs in, whichever token they have."""
        owner = await self.owner()
        given = [await owner.assertion(), await owner.assertion(step=0)]
        log_in = owner.app.container.log_in_with_passkey()
        assert await outcomes(*(log_in(**each, client=A_DEVICE) for each in given)) == (
            1,
            {InvalidCredentials},
        )


class TestSecondFactor:
    async def test_password_and_passkey(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        challenge = await owner.challenge()
        assert challenge.methods == (SecondFactorMethod.PASSKEY, SecondFactorMethod.RECOVERY_CODE)
        for verified, methods, level in (
            (True, ("pwd", "swk", "user", "mfa"), "phr"),
            (False, ("pwd", "swk", "mfa"), "aal2"),
        ):
            app.clock.advance(minutes=1)
            result = await owner.second_factor(user_verified=verified)
            session = (await caller_of(app, result.tokens)).session
            assert (session.methods, acr_of(session.methods)) == (methods, level)
            used = event_now(
                app, EventType.PASSKEY_USED, user_id=session.user_id, detail=str(owner.passkey.id)
            )
            assert happened(app, EventType.PASSKEY_USED)[-1] == used
            assert owner.stored.last_used_at == app.clock.now()

    async def test_handle_may_be_missing(self) -> None:
        """A security key without discoverable credentials sends none."""
        owner = await a_passkey_owner(Application())
        assert await owner.second_factor(omits_handle=True)

    async def test_refused_answers(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        for what in WRONG.keys() - {"user not verified"}:
            with pytest.raises(InvalidSecondFactor):
                await owner.second_factor(**conduct_of(what))
        assert owner.stored == owner.passkey

    async def test_passkey_of_another_account(self) -> None:
        """A stolen password and a passkey of the attacker are not the two factors of one account."""
        app = Application()
        owner = await a_passkey_owner(app)
        attacker = await a_passkey_owner(app, username="mallory")
        challenge = (await owner.challenge()).token
        options = await app.container.begin_passkey_second_factor()(challenge=challenge)
        credential = attacker.authenticator.get(options | {"allowCredentials": []})
        for given in (credential, credential | {"id": owner.passkey.id, "rawId": owner.passkey.id}):
            answer = FactorAnswer(method=SecondFactorMethod.PASSKEY, credential=given, challenge=challenge)
            with pytest.raises(InvalidSecondFactor):
                await app.complete_log_in(answer=answer, client=A_DEVICE)

    async def test_replay(self) -> None:
        """R26 (CVE-2022-42731 (django-mfa2), CVE-2025-46815 (Zitadel); CWE-294): a challenge, twice."""
        app = Application()
        owner = await a_passkey_owner(app)
        answer = await owner.answer((await owner.challenge()).token)
        attempts = (app.complete_log_in(answer=answer, client=A_DEVICE) for _ in range(32))
        assert await outcomes(*attempts) == (1, {InvalidSecondFactor})
        again = replace(answer, challenge=(await owner.challenge()).token)
        with pytest.raises(InvalidSecondFactor):
            await app.complete_log_in(answer=again, client=A_DEVICE)

    async def test_ceremony_of_a_log_in_is_no_second_factor(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        given = await owner.assertion()
        answer = FactorAnswer(
            method=SecondFactorMethod.PASSKEY, credential=given["credential"], challenge=given["token"]
        )
        with pytest.raises(InvalidSecondFactor):
            await app.complete_log_in(answer=answer, client=A_DEVICE)

    async def test_options_for_no_challenge(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        challenge = (await owner.challenge()).token
        begin = app.container.begin_passkey_second_factor()
        for wrong in ("", "fa_mf_none", challenge[:-1], challenge.upper()):
            with pytest.raises(InvalidSecondFactor):
                await begin(challenge=wrong)
        assert await begin(challenge=challenge) == await begin(challenge=challenge)
        app.clock.advance(timedelta(minutes=5))
        with pytest.raises(InvalidSecondFactor):
            await begin(challenge=challenge)

    async def test_wrong_code_storms_leave_the_passkey_alone(self) -> None:
        """Wrong answers to challenges lock no passkey, alone or after the password."""
        app = Application()
        owner = await a_passkey_owner(app)
        wrong = FactorAnswer(method=SecondFactorMethod.RECOVERY_CODE, code="A" * 24)
        for _ in range(STORM // 5):
            challenge = await owner.challenge()
            for _ in range(5):
                with pytest.raises(InvalidSecondFactor):
                    await app.complete_log_in(
                        answer=replace(wrong, challenge=challenge.token), client=A_DEVICE
                    )
        assert await owner.second_factor()
        assert await owner.log_in()


class TestLimits:
    async def test_wrong_passwords_do_not_stop_a_passkey(self) -> None:
        """Guesses from everywhere lock the password out, also from the owner's own network."""
        app = RateLimitedApplication()
        owner = await a_passkey_owner(app)
        for _ in range(200):
            with pytest.raises(InvalidCredentials):
                await app.guess()
        for _ in range(40):
            await outcomes(app.guess(address=A_DEVICE.address))
        with pytest.raises(TooManyRequests):
            await app.guess(address=A_DEVICE.address)
        assert await owner.log_in()

    async def test_network_is_limited(self) -> None:
        """Only failures count: 30 in a minute, and others have their own."""
        app = RateLimitedApplication()
        owner = await a_passkey_owner(app)
        for _ in range(40):
            assert await owner.log_in()
        for _ in range(30):
            with pytest.raises(InvalidCredentials):
                await owner.log_in(user_verified=False)
        with pytest.raises(TooManyRequests):
            await owner.log_in()
        assert await owner.log_in(client=ClientInfo("a browser", "198.51.100.7"))
        app.clock.advance(timedelta(minutes=1))
        assert await owner.log_in()


class TestStepUp:
    async def test_makes_a_session_fresh(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        app.clock.advance(timedelta(minutes=11))
        with pytest.raises(StepUpRequired):
            await app.container.begin_passkey()(caller=await owner.caller())
        assert await owner.step_up(await owner.caller())
        caller = await owner.caller()
        assert caller.session.methods == ("pwd", "swk", "user", "mfa")
        assert owner.stored.last_used_at == app.clock.now()
        assert happened(app, EventType.PASSKEY_USED) == [
            event_now(app, EventType.PASSKEY_USED, user_id=caller.user.id, detail=str(owner.passkey.id))
        ]
        assert await app.container.begin_passkey()(caller=caller)

    async def test_changed_password(self) -> None:
        """A passkey that verified its user stands for both factors: it steps up whatever the password is."""
        app = Application()
        owner = await a_passkey_owner(app)
        app.clock.advance(timedelta(minutes=11))
        no_passwords = FakePasswordRepository(FakeStorage(passwords={}))
        app.container.step_up_with_factor.override(replace(app.step_up_with_factor, passwords=no_passwords))
        assert await owner.step_up(await owner.caller())

    async def test_session_by_passkey(self) -> None:
        """Without the password, the passkey must verify its user."""
        app = Application()
        owner = await a_passkey_owner(app)
        tokens = (await owner.log_in()).tokens
        caller = await caller_of(app, tokens)
        with pytest.raises(InvalidSecondFactor):
            await owner.step_up(caller, user_verified=False)
        assert await owner.step_up(caller)
        assert (await caller_of(app, tokens)).session.methods == ("swk", "user", "mfa")

    async def test_refused_answers(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        before = (await owner.caller()).session
        for what in WRONG.keys() - {"user not verified"}:
            with pytest.raises(InvalidSecondFactor):
                await owner.step_up(await owner.caller(), **conduct_of(what))
        assert (await owner.caller()).session == before

    async def test_token_of_another_account_or_ceremony(self) -> None:
        app = Application()
        owner = await a_passkey_owner(app)
        other = await a_passkey_owner(app, username="mallory")
        for begun in (
            await app.container.begin_passkey_step_up()(caller=await other.caller()),
            await app.container.begin_passkey_log_in()(),
        ):
            options = {"challenge": begun.options["challenge"], "allowCredentials": []}
            answer = FactorAnswer(
                method=SecondFactorMethod.PASSKEY,
                credential=owner.authenticator.get(options),
                challenge=begun.token,
            )
            with pytest.raises(InvalidSecondFactor):
                await app.container.step_up_with_factor()(
                    caller=await owner.caller(), answer=answer, address=A_DEVICE.address
                )

    async def test_answer_to_the_challenge_of_a_log_in(self) -> None:
        """R26 (CVE-2022-42731 (django-mfa2), CVE-2025-46815 (Zitadel); CWE-294): a challenge, twice.

        A challenge of a log-in, used or invented, is none of a step-up: it could be replayed without end.
        """
        app = Application()
        owner = await a_passkey_owner(app)
        answer = await owner.answer((await owner.challenge()).token)
        await app.complete_log_in(answer=answer, client=A_DEVICE)
        invented = f"{Purpose.SECOND_FACTOR.prefix}invented"
        options = PARTY.request_options(challenge=challenge_of(invented))
        forged = replace(answer, challenge=invented, credential=owner.authenticator.get(options))
        app.clock.advance(timedelta(days=2))
        for each in (answer, forged):
            with pytest.raises(InvalidSecondFactor):
                await app.container.step_up_with_factor()(
                    caller=await owner.caller(), answer=each, address=A_DEVICE.address
                )

    async def test_account_without_a_passkey(self) -> None:
        app = Application()
        await app.a_user()
        caller = await caller_of(app, await app.a_log_in())
        with pytest.raises(PasskeyNotFound):
            await app.container.begin_passkey_step_up()(caller=caller)
