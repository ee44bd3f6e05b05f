"""Add, confirm and remove a TOTP factor; recovery codes."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.factor_helpers import code_of, enrol_in
from tests.fakes import FakeQrCodes, FakeSecondFactorRepository, FakeStorage, FakeUnitOfWork
from tests.fakes.unit_of_work import FakeTransaction
from tests.harness.authenticator import Authenticator
from tests.passkey_helpers import a_passkey
from tests.session_helpers import caller_of, event_now, happened, is_over, refresh

from fastauth.application.sessions.login_result import SecondFactorChallenge
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import NoPassword
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.second_factors.errors import AlreadyEnrolled, SecondFactorNotFound
from fastauth.domain.second_factors.totp import TOTP_PURPOSE, Totp, step_of
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.entrypoints.container.second_factors import issuer_in_apps
from fastauth.entrypoints.settings import Settings

RECOVERY_CODE = re.compile(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){5}")


class TestEnrolTotp:
    async def test_shows_a_new_secret_and_stores_it_sealed(self, app: Application, tokens: TokenPair) -> None:
        new = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        assert len(new.secret.text) == 32  # 160 bits
        assert new.uri == f"otpauth://totp/localhost:santosh?secret={new.secret.text}&issuer=localhost"
        assert new.qr_svg == await FakeQrCodes().svg(new.uri)
        (stored,) = app.storage.totp.values()
        assert app.container.secret_box().open(stored.sealed, purpose=TOTP_PURPOSE) == new.secret.text
        for shown in (repr(new), repr(stored), repr(app.storage.events)):
            assert new.secret.text not in shown

    def test_issuer_is_the_organisation_or_the_host(self) -> None:
        """Without a colon, which would end it."""
        for settings, issuer in (
            (Settings(issuer="https://auth.example.com:8443/auth"), "auth.example.com"),
            (Settings(brand_name="Acme: Shop"), "Acme  Shop"),
            (Settings(), "localhost"),
        ):
            assert issuer_in_apps(settings) == issuer

    async def test_is_not_required_until_it_is_confirmed(self, app: Application, tokens: TokenPair) -> None:
        first = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        second = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        assert await app.a_log_in()
        with pytest.raises(InvalidInput):
            await app.container.confirm_totp()(
                caller=await caller_of(app, tokens), code=code_of(app, first.secret)
            )
        assert await app.container.confirm_totp()(
            caller=await caller_of(app, tokens), code=code_of(app, second.secret)
        )

    async def test_is_refused_beside_a_confirmed_one(self, app: Application, tokens: TokenPair) -> None:
        await enrol_in(app, tokens)
        for change in (app.container.enrol_totp()(caller=await caller_of(app, tokens)), confirm(app, tokens)):
            with pytest.raises(AlreadyEnrolled):
                await change

    async def test_number_of_changes_is_limited(self) -> None:
        """Each change sends a mail, and a QR code costs processor time."""
        app = RateLimitedApplication()
        await app.a_user()
        caller = await caller_of(app, await app.a_log_in())
        for _ in range(20):
            await app.container.enrol_totp()(caller=caller)
        for change in (app.container.enrol_totp(), app.container.remove_totp()):
            with pytest.raises(TooManyRequests):
                await change(caller=caller)


async def confirm(app: Application, tokens: TokenPair, code: str = "123456") -> tuple[str, ...] | None:
    return await app.container.confirm_totp()(caller=await caller_of(app, tokens), code=code)


class TestConfirmTotp:
    async def test_puts_the_factor_in_force(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        codes = await enrol_in(app, tokens)
        assert codes
        assert len(set(codes)) == 10
        assert all(map(RECOVERY_CODE.fullmatch, codes))
        caller = await caller_of(app, other)
        assert caller.user.has_second_factor
        own = (await caller_of(app, tokens)).session.id
        assert happened(app, EventType.TOTP_ADDED) == [
            event_now(app, EventType.TOTP_ADDED, user_id=caller.user.id, session_id=own)
        ]
        assert not happened(app, EventType.RECOVERY_CODES_MADE)

    async def test_raises_the_level_of_its_own_session_only(
        self, app: Application, tokens: TokenPair
    ) -> None:
        """Its time of authentication stays: the password was not entered again."""
        other = await app.a_log_in()
        app.clock.advance(minutes=4)
        await enrol_in(app, tokens)
        claims = await app.container.access_tokens().verify((await refresh(app, tokens)).access.text)
        assert (claims.amr, claims.acr) == (("pwd", "otp", "mfa"), "aal2")
        assert claims.authenticated_at == app.clock.now() - timedelta(minutes=4)
        claims = await app.container.access_tokens().verify((await refresh(app, other)).access.text)
        assert (claims.amr, claims.acr) == (("pwd",), "aal1")

    async def test_ends_other_sessions_on_request(self, app: Application, tokens: TokenPair) -> None:
        other = await app.a_log_in()
        new = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        await app.container.confirm_totp()(
            caller=await caller_of(app, tokens), code=code_of(app, new.secret), end_other_sessions=True
        )
        assert await is_over(app, other)
        assert await refresh(app, tokens)

    async def test_wrong_code_changes_nothing(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(SecondFactorNotFound):
            await confirm(app, tokens)
        new = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        code = code_of(app, new.secret)
        full_width = code.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
        for wrong in ("", code[:5], code + "0", full_width, code_of(app, new.secret, steps=2)):
            with pytest.raises(InvalidInput) as refusal:
                await confirm(app, tokens, wrong)
            assert [(v.field, v.code) for v in refusal.value.violations] == [("code", "wrong_code")]
        assert await app.a_log_in()
        assert await confirm(app, tokens, code_of(app, new.secret, steps=-1))

    async def test_code_that_confirms_does_not_log_in(self, app: Application, tokens: TokenPair) -> None:
        """It was on the screen, and is used."""
        await enrol_in(app, tokens)
        (totp,) = app.storage.totp.values()
        assert (totp.last_step, totp.failures) == (step_of(app.clock.now()), 0)

    async def test_recovery_codes_are_those_of_the_first_factor(
        self, app: Application, tokens: TokenPair
    ) -> None:
        """A factor of another kind was added before."""
        user_id = (await caller_of(app, tokens)).user.id
        async with app.container.unit_of_work().begin() as transaction:
            assert await app.container.factor_changes().added(transaction, user_id, now=app.clock.now())
            await transaction.sessions.set_methods(user_id, ("pwd", "swk", "mfa"))
            await transaction.commit()
        before = dict(app.storage.recovery_codes)
        codes = await enrol_in(app, tokens)
        assert codes is None
        assert app.storage.recovery_codes == before
        assert (await caller_of(app, tokens)).session.methods == ("pwd", "swk", "mfa")

    async def test_secret_that_was_replaced_meanwhile_is_not_confirmed(self) -> None:
        """Otherwise a factor would be required that is not confirmed."""

        class ReplacedFactors(FakeSecondFactorRepository):
            async def find(self, user_id: UserId) -> Totp | None:
                found = await super().find(user_id)
                await self.enrol(user_id, sealed="another", now=self.storage.clock.now())
                return found

        class ReplacingUnitOfWork(FakeUnitOfWork):
            @asynccontextmanager
            async def begin(self) -> AsyncIterator[FakeTransaction]:
                async with super().begin() as transaction:
                    if app.storage.totp:
                        transaction.second_factors = ReplacedFactors(transaction._draft)  # noqa: SLF001  the fake of the fake
                    yield transaction

        storage = FakeStorage()
        app = Application(storage=storage, unit_of_work=ReplacingUnitOfWork(storage))
        await app.a_user()
        tokens = await app.a_log_in()
        new = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        with pytest.raises(InvalidInput):
            await confirm(app, tokens, code_of(app, new.secret))
        assert await app.a_log_in()


class TestRemoveTotp:
    async def test_of_the_last_factor_leaves_a_password_alone(
        self, app: Application, tokens: TokenPair
    ) -> None:
        await enrol_in(app, tokens)
        result = await app.log_in(username="santosh", password="sntsh", client=A_DEVICE)
        assert isinstance(result, SecondFactorChallenge)
        await app.container.remove_totp()(caller=await caller_of(app, tokens))
        assert not (await caller_of(app, tokens)).user.has_second_factor
        assert await app.a_log_in()
        assert (app.storage.totp, app.storage.recovery_codes) == ({}, {})
        caller = await caller_of(app, tokens)
        assert happened(app, EventType.TOTP_REMOVED) == [
            event_now(
                app,
                EventType.TOTP_REMOVED,
                user_id=caller.user.id,
                session_id=caller.session.id,
            )
        ]

    async def test_lowers_the_level_of_sessions(self) -> None:
        """Otherwise they would carry for weeks what an account without a factor must not have."""
        app = Application(second_factor=SecondFactorPolicy.ROLES)
        await app.a_user()
        await app.grant_role(username="santosh", role="auditor")
        tokens = await app.a_log_in()
        await enrol_in(app, tokens)
        tokens = await refresh(app, tokens)
        claims = await app.container.access_tokens().verify(tokens.access.text)
        assert "fastauth:users.read" in claims.grants.permissions
        await app.container.remove_totp()(caller=await caller_of(app, tokens))
        claims = await app.container.access_tokens().verify((await refresh(app, tokens)).access.text)
        assert (claims.acr, claims.grants.permissions) == ("aal1", ())

    async def test_without_a_factor_changes_nothing(self, app: Application, tokens: TokenPair) -> None:
        await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        await app.container.remove_totp()(caller=await caller_of(app, tokens))
        assert app.storage.totp == {}
        await app.container.remove_totp()(caller=await caller_of(app, tokens))
        assert not happened(app, EventType.TOTP_REMOVED)


class TestMakeRecoveryCodes:
    async def test_replaces_all(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(SecondFactorNotFound):
            await app.container.make_recovery_codes()(caller=await caller_of(app, tokens))
        first = await enrol_in(app, tokens)
        before = set(app.storage.recovery_codes)
        codes = await app.container.make_recovery_codes()(caller=await caller_of(app, tokens))
        assert len(set(codes)) == 10
        assert not set(codes) & set(first or ())
        assert not before & set(app.storage.recovery_codes)
        assert len(app.storage.recovery_codes) == 10
        caller = await caller_of(app, tokens)
        assert happened(app, EventType.RECOVERY_CODES_MADE) == [
            event_now(
                app,
                EventType.RECOVERY_CODES_MADE,
                user_id=caller.user.id,
                session_id=caller.session.id,
            )
        ]

    async def test_number_is_limited_for_each_account(self) -> None:
        """Each time sends a mail. The limit of one account is not that of another one."""
        app = RateLimitedApplication()
        callers = []
        for username in ("santosh", "ann"):
            await app.a_user(username)
            tokens = await app.a_log_in(username)
            await enrol_in(app, tokens)
            callers.append(await caller_of(app, tokens))
        for caller in callers:
            for _ in range(19):
                assert await app.container.make_recovery_codes()(caller=caller)
            with pytest.raises(TooManyRequests):
                await app.container.make_recovery_codes()(caller=caller)


class TestFreshAuthentication:
    @pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(minutes=10, microseconds=1)])
    async def test_is_demanded_by_every_change(
        self, app: Application, tokens: TokenPair, age: timedelta
    ) -> None:
        caller = await caller_of(app, tokens)
        began = app.clock.now() - age
        caller = replace(caller, session=replace(caller.session, authenticated_at=began))
        container = app.container
        changes = (
            container.enrol_totp()(caller=caller),
            container.confirm_totp()(caller=caller, code="123456"),
            container.remove_totp()(caller=caller),
            container.make_recovery_codes()(caller=caller),
        )
        errors = []
        for change in changes:
            try:
                await change
            except (StepUpRequired, InvalidInput, SecondFactorNotFound) as error:
                errors.append(type(error))
        too_old = age > timedelta(minutes=10)
        assert errors == ([StepUpRequired] * 4 if too_old else [InvalidInput, SecondFactorNotFound])

    async def test_is_demanded_at_the_level_of_the_account(self, app: Application, tokens: TokenPair) -> None:
        """A session from before the factor was added has not shown it."""
        other = await app.a_log_in()
        await enrol_in(app, tokens)
        for change in (app.container.remove_totp(), app.container.make_recovery_codes()):
            with pytest.raises(StepUpRequired):
                await change(caller=await caller_of(app, other))
        await app.container.remove_totp()(caller=await caller_of(app, tokens))
        assert await app.container.enrol_totp()(caller=await caller_of(app, other))


class TestGetSecondFactors:
    async def test_lists_the_factors_of_the_account(self, app: Application, tokens: TokenPair) -> None:
        get = app.container.get_second_factors()
        nothing = await get(user=(await caller_of(app, tokens)).user)
        assert (nothing.totp_since, nothing.totp_locked, nothing.recovery_codes) == (None, False, 0)
        await app.container.enrol_totp()(caller=await caller_of(app, tokens))
        assert await get(user=(await caller_of(app, tokens)).user) == nothing
        await enrol_in(app, tokens)
        found = await get(user=(await caller_of(app, tokens)).user)
        assert (found.totp_since, found.totp_locked, found.recovery_codes) == (app.clock.now(), False, 10)
        user = (await caller_of(app, tokens)).user
        while await app.container.second_factors().count_attempt(user.id):
            pass
        assert (await get(user=user)).totp_locked

    async def test_codes_count_only_beside_a_factor(self, app: Application, tokens: TokenPair) -> None:
        """They replace one."""
        await enrol_in(app, tokens)
        user = replace((await caller_of(app, tokens)).user, has_second_factor=False)
        assert (await app.container.get_second_factors()(user=user)).recovery_codes == 0


class TestMustEnrol:
    @pytest.mark.parametrize("policy", SecondFactorPolicy)
    async def test_shows_whether_a_required_factor_is_missing(self, policy: SecondFactorPolicy) -> None:
        app = Application(second_factor=policy)
        await app.a_user()
        tokens, get = await app.a_log_in(), app.container.get_own_account()
        token = tokens.access.text
        must = []
        for grant in (False, True):
            if grant:
                await app.grant_role(username="santosh", role="auditor")
            must.append((await get(access_token=token)).must_enrol)
        await enrol_in(app, tokens)
        must.append((await get(access_token=token)).must_enrol)
        assert must == [policy is policy.REQUIRED, policy is not policy.OPTIONAL, False]


class TestResetSecondFactors:
    async def test_removes_factors_and_ends_sessions(self, app: Application, tokens: TokenPair) -> None:
        await enrol_in(app, tokens)
        reset = app.container.reset_second_factors()
        user = await reset(username="Santosh")
        assert user.username.display == "santosh"
        assert await is_over(app, tokens)
        assert await app.a_log_in()
        assert (app.storage.totp, app.storage.recovery_codes) == ({}, {})
        (event,) = happened(app, EventType.TOTP_REMOVED)
        assert (event.user_id, event.session_id) == (user.id, None)
        await reset(username="santosh")
        assert len(happened(app, EventType.TOTP_REMOVED)) == 1

    async def test_removes_passkeys_where_a_password_is_left(
        self, app: Application, tokens: TokenPair
    ) -> None:
        caller = await caller_of(app, tokens)
        for number in range(2):
            await a_passkey(app, caller, Authenticator(), id_=bytes([number]) * 16)
        app.storage.passwords, passwords = {}, app.storage.passwords
        with pytest.raises(NoPassword):
            await app.container.reset_second_factors()(username="santosh")
        assert len(app.storage.passkeys) == 2
        app.storage.passwords = passwords
        ids = list(app.storage.passkeys)
        await app.container.reset_second_factors()(username="santosh")
        assert app.storage.passkeys == {}
        assert happened(app, EventType.PASSKEY_REMOVED) == [
            event_now(app, EventType.PASSKEY_REMOVED, user_id=caller.user.id, detail=id_) for id_ in ids
        ]
        assert await app.a_log_in()
