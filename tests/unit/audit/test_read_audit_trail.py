"""What operators read in the audit trail: filters, pages and pseudonyms."""

from dataclasses import replace

import pytest
from tests.application import A_DEVICE, A_SECRET_KEY, Application
from tests.builders import a_username
from tests.session_helpers import event_now

from fastauth.application.audit.read_audit_trail import PAGE_SIZE, ReadAuditTrail
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.secret_key import SecretKey

ANN, BOB = UserId(1), UserId(2)
A_NEWER_KEY = SecretKey(b"another secret key of the tests, 32 bytes")


@pytest.fixture
def app() -> Application:
    return Application()


def read_audit_trail(app: Application, *keys: SecretKey) -> ReadAuditTrail:
    """Return the use case, under other secret keys if some are given."""
    use_case = app.container.read_audit_trail()
    assert isinstance(use_case, ReadAuditTrail)
    return replace(use_case, pseudonyms=UsernamePseudonyms(*keys)) if keys else use_case


async def events_of(app: Application, username: str, *keys: SecretKey) -> list[Event]:
    pages = read_audit_trail(app, *keys)(username=username, limit=10)
    return [entry.event async for page in pages for entry in page]


async def a_failed_log_in(app: Application, username: str, key: SecretKey = A_SECRET_KEY) -> Event:
    """Fail to log in a minute later than before, and return the event of it."""
    app.clock.advance(minutes=1)
    with pytest.raises(InvalidCredentials):
        await app.container.log_in()(username=username, password="wrong", client=A_DEVICE)
    digest = UsernamePseudonyms(key).digest(a_username(username))
    return replace(event_now(app, EventType.LOGIN_FAILED), username_digest=digest)


class TestReadEventsOfAnAccount:
    async def test_has_its_failed_log_ins_and_none_of_others(self, app: Application) -> None:
        await app.a_user("ann")
        created = event_now(app, EventType.USER_CREATED, user_id=ANN)
        await app.a_user("bob")
        failed = await a_failed_log_in(app, "Ann")
        await a_failed_log_in(app, "bob")
        await a_failed_log_in(app, "nobody")
        app.clock.advance(minutes=1)
        await app.disable_user(username="ann")
        disabled = event_now(app, EventType.USER_DISABLED, user_id=ANN)
        assert await events_of(app, "ANN") == [disabled, failed, created]

    async def test_username_without_an_account(self, app: Application) -> None:
        failed = await a_failed_log_in(app, "nobody")
        assert await events_of(app, "nobody") == [failed]
        assert await events_of(app, "somebody") == []

    async def test_failed_log_in_under_an_older_secret_key(self, app: Application) -> None:
        failed = await a_failed_log_in(app, "nobody")
        assert await events_of(app, "nobody", A_NEWER_KEY, A_SECRET_KEY) == [failed]
        assert await events_of(app, "nobody", A_NEWER_KEY) == []

    async def test_malformed_username(self, app: Application) -> None:
        with pytest.raises(InvalidInput) as refused:
            await events_of(app, "\ud800")
        assert refused.value.violations == (
            Violation("username", "invalid_unicode", "Must not contain half of a surrogate pair."),
        )


class TestFilters:
    async def test_type_and_times_hold_together(self, app: Application) -> None:
        """`since` is the first moment that is included, `until` the first that is not."""
        times = []
        for _ in range(4):
            app.clock.advance(minutes=1)
            times.append(app.clock.now())
            app.storage.note(EventType.USER_DISABLED, ANN)
            app.storage.note(EventType.USER_ENABLED, ANN)
            app.storage.note(EventType.USER_ENABLED, BOB)
        await app.a_user("ann")
        pages = read_audit_trail(app)(
            username="ann", event_type=EventType.USER_ENABLED, since=times[1], until=times[3], limit=10
        )
        assert [entry.event async for page in pages for entry in page] == [
            Event(type=EventType.USER_ENABLED, occurred_at=time, user_id=ANN) for time in (times[2], times[1])
        ]


class TestPages:
    async def test_no_entry_is_missing_or_repeated(self, app: Application) -> None:
        for _ in range(2 * PAGE_SIZE + 1):
            app.storage.note(EventType.SIGNING_KEY_ROTATED)
        newest_first = [entry.id for entry in reversed(app.storage.entries)]
        lengths = {}
        for limit in (1, PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE):
            pages = [page async for page in read_audit_trail(app)(limit=limit)]
            lengths[limit] = [len(page) for page in pages]
            assert [entry.id for page in pages for entry in page] == newest_first[:limit], limit
        assert lengths == {1: [1], 500: [500], 501: [500, 1], 1_500: [500, 500, 1]}

    async def test_entry_names_the_account_as_it_is_called_now(self, app: Application) -> None:
        await app.a_user("ann")
        await app.container.rename_user()(username="ann", new_username="bea")
        pages = read_audit_trail(app)(limit=10)
        assert {entry.username async for page in pages for entry in page} == {"bea"}


class TestUsernamePseudonyms:
    def test_digest_is_stable_across_versions(self) -> None:
        digest = UsernamePseudonyms(A_SECRET_KEY).digest(a_username("santosh"))
        assert digest.hex() == "84afc7c8f1611e3736c169463ac91f35"

    def test_newest_secret_key_is_first(self) -> None:
        both = UsernamePseudonyms(A_NEWER_KEY, A_SECRET_KEY)
        of_each = tuple(
            UsernamePseudonyms(key).digest(a_username("ann")) for key in (A_NEWER_KEY, A_SECRET_KEY)
        )
        assert (both.digest(a_username("ann")), both.candidates(a_username("ANN"))) == (of_each[0], of_each)
