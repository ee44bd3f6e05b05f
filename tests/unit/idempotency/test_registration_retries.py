"""A registration that is sent again, because its answer was lost."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from tests.application import A_DEVICE, A_SECRET_KEY, Application, RateLimitedApplication
from tests.fakes import FakeEventLog

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput, StorageUnavailable
from fastauth.domain.idempotency.key import LIFETIME, IdempotencyKey, RepeatableRequests
from fastauth.domain.passwords.errors import InvalidCredentials

KEY = IdempotencyKey("8e03978e-40d5-43e8-bc93-6894a57f9324")
SENT = {"username": "Ann", "password": "ann's password", "fullname": "Ann Lee", "email": "ann@example.com"}
ADDRESS = "192.0.2.1"


class EventLogAway(FakeEventLog):
    async def record(self, event: Event) -> NoReturn:
        raise StorageUnavailable


async def register(app: Application, *, key: IdempotencyKey | None = KEY, **changes: Any) -> User:  # noqa: ANN401  fields
    return await app.register_user(**{**SENT, **changes}, address=ADDRESS, idempotency_key=key)


class TestRetry:
    async def test_returns_the_same_account(self) -> None:
        app = Application()
        first = await register(app, locale="de")
        await app.deliver()
        events = app.event_types()
        app.clock.advance(LIFETIME - timedelta(microseconds=1))
        assert await register(app, locale="de") == first
        assert (len(app.storage.users), app.event_types()) == (1, events)
        assert await app.deliver() == []

    async def test_account_has_changed_meanwhile(self) -> None:
        """The answer is the first one, not the account as it is now."""
        app = Application()
        first = await register(app)
        await app.container.rename_user()(username="ann", new_username="bea")
        assert await register(app) == first

    async def test_is_another_request_after_24_hours(self) -> None:
        app = Application()
        await register(app)
        app.clock.advance(LIFETIME)
        with pytest.raises(UsernameTaken):
            await register(app)

    async def test_failed_request_is_not_kept(self) -> None:
        app = Application()
        await app.a_user("ann")
        with pytest.raises(UsernameTaken):
            await register(app)
        assert app.storage.answered_requests == {}
        assert (await register(app, username="bea")).username.display == "bea"

    async def test_account_is_gone(self) -> None:
        """It was erased after the name was found to be taken."""
        app = Application()
        await register(app)
        app.storage.users.clear()
        with pytest.raises(UsernameTaken):
            await register(app)

    async def test_is_recognised_by_another_version(self) -> None:
        """Its digest has the name of the operation. No other operation takes the key for its own."""
        app, requests = Application(), RepeatableRequests(A_SECRET_KEY)
        await register(app)
        sent = {name: text for name, text in SENT.items() if name != "password"} | {"locale": None}
        stored = requests.request(KEY, operation="register", payload=sent)
        assert stored.is_same_as(app.storage.answered_requests[stored.digest])

    async def test_two_at_once(self) -> None:
        app = Application()
        one, other = await asyncio.gather(register(app), register(app))
        assert one == other
        assert len(app.storage.users) == 1


class TestAnotherRequest:
    async def test_with_the_same_key(self) -> None:
        """Whatever differs, the answer is the same, and so is the work: a password is verified."""
        app = Application()
        await register(app)
        answers = set()
        for changes in (
            {"password": "another password"},
            {"fullname": "Ann Li"},
            {"email": "eve@example.com"},
            {"email": None},
            {"locale": "de"},
            {"username": "bea"},
            {"username": "ann"},
        ):
            verified = app.hasher.verified
            with pytest.raises(InvalidInput) as caught:
                await register(app, **changes)
            answers.add(caught.value.violations)
            assert app.hasher.verified == verified + 1, changes
        ((violation,),) = answers
        assert (violation.field, violation.code) == ("Idempotency-Key", "idempotency_key_reused")
        assert len(app.storage.users) == 1

    async def test_without_the_key(self) -> None:
        """A client without the key gets the same answer as any other."""
        app = Application()
        await register(app)
        for key in (None, IdempotencyKey("x" * 36)):
            with pytest.raises(UsernameTaken):
                await register(app, key=key)

    async def test_after_a_change_of_the_password(self) -> None:
        app = Application()
        await register(app)
        await app.set_password(username="ann", password="a new password")
        with pytest.raises(InvalidInput):
            await register(app)
        with pytest.raises(InvalidInput):
            await register(app, password="a new password" + " ")

    async def test_of_a_disabled_account(self) -> None:
        app = Application()
        await register(app)
        await app.disable_user(username="ann")
        with pytest.raises(InvalidInput):
            await register(app)


class TestGuessing:
    async def test_retry_is_counted_like_a_log_in(self) -> None:
        """A key that an attacker has read is no way around the limits of log-ins."""
        app = RateLimitedApplication()
        await register(app)
        guesses = 0
        for guess in range(20):
            app.clock.advance(timedelta(minutes=2))
            before = app.looked_at
            with pytest.raises((InvalidInput,)):
                await register(app, password=f"guess {guess}")
            guesses += app.looked_at - before
        assert guesses < 20
        before = app.looked_at
        with pytest.raises(InvalidCredentials):
            await app.guess("a wrong one", name="ann", address=ADDRESS)
        assert app.looked_at == before, "log-ins from there are limited as well"

    async def test_retry_counts_for_its_network(self) -> None:
        app = RateLimitedApplication()
        await register(app)
        app.storage.counters.clear()
        with pytest.raises(InvalidInput):
            await register(app, password="a guess")
        assert app.rate_limiter.keys("log-ins", ADDRESS) in app.storage.counters

    async def test_failure_is_in_the_audit_trail(self) -> None:
        """Like that of a log-in: with the digest of the username, and no more."""
        app = Application()
        await register(app)
        with pytest.raises(InvalidCredentials):
            await app.container.log_in()(username="ann", password="a guess", client=A_DEVICE)
        failed = [each for each in app.storage.events if each.type is EventType.LOGIN_FAILED]
        changed: tuple[dict[str, Any], ...] = (
            {"password": "a guess"},
            {"fullname": "Ann Li"},
            {"username": "bea"},
        )
        for changes in changed:
            before = len(app.storage.events)
            with pytest.raises(InvalidInput):
                await register(app, **changes)
            assert app.storage.events[before:] == failed, changes
        before = len(app.storage.events)
        await register(app)
        assert app.storage.events[before:] == []

    async def test_answer_is_the_same_without_the_audit_trail(self) -> None:
        app = Application()
        await register(app)
        register_user = app.register_user
        retries = replace(register_user.retries, events=EventLogAway(app.storage))
        with pytest.raises(InvalidInput):
            await replace(register_user, retries=retries)(
                **{**SENT, "password": "a guess"}, address=ADDRESS, idempotency_key=KEY
            )
