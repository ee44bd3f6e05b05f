"""The audit trail: each path leaves one event, whether it succeeds or is refused."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.fakes import FakeClock, FakeEventLog, FakeStorage
from tests.http_helpers import ANN, TokenPair, bearer, log_in

from fastauth.application.operations.purge_rows import BATCH_SIZE
from fastauth.domain.audit.event import Actor, Event, EventSource, EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.domain.errors import StorageUnavailable
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings

Client = httpx2.AsyncClient
ADDRESS = "127.0.0.1"  # of every request in these tests
OTHER = {"username": "bob", "password": "sntsh", "fullname": "Bob"}


@pytest.fixture(autouse=True)
async def ann(client: Client, storage: FakeStorage) -> None:
    await client.post("/users/register", json=ANN | {"fullname": "Ann Lee"})


@pytest.fixture
async def tokens(client: Client) -> TokenPair:
    return await log_in(client)


async def register(client: Client, **changes: str) -> httpx2.Response:
    return await client.post("/users/register", json=OTHER | changes)


async def log_in_with(client: Client, **changes: Any) -> httpx2.Response:  # noqa: ANN401  any JSON value
    return await client.post("/sessions", json=ANN | changes)


async def change_password(client: Client, tokens: TokenPair, current: str) -> httpx2.Response:
    passwords = {"current_password": current, "new_password": "another"}
    return await client.put("/users/me/password", json=passwords, headers=bearer(tokens))


async def refresh(client: Client, token: str) -> httpx2.Response:
    return await client.post("/sessions/refresh", json={"refresh_token": token})


def since(storage: FakeStorage, before: list[AuditEntry]) -> list[AuditEntry]:
    assert storage.entries[: len(before)] == before
    return storage.entries[len(before) :]


@dataclass
class Trail:
    """The entries that a test adds to the audit trail."""

    storage: FakeStorage
    clock: FakeClock

    def __post_init__(self) -> None:
        self._before = list(self.storage.entries)
        self.clock.advance(minutes=1)

    def entries(self) -> list[AuditEntry]:
        return since(self.storage, self._before)

    def only(self, event_type: EventType) -> Event:
        """Return the one new event, after a check of its type, time and source."""
        (entry,) = self.entries()
        assert (entry.event.type, entry.source) == (event_type, EventSource(Actor.CLIENT, ADDRESS))
        assert entry.event.occurred_at == self.clock.now()
        return entry.event


@pytest.fixture
def trail(storage: FakeStorage, clock: FakeClock, tokens: TokenPair) -> Trail:
    return Trail(storage, clock)


class TestEventPerRequest:
    """Each request that changes an account or fails a log-in records one event, with its source."""

    async def test_registration(self, client: Client, storage: FakeStorage, trail: Trail) -> None:
        assert (await register(client)).status_code == 201
        assert trail.only(EventType.USER_CREATED).user_id == max(storage.users)

    async def test_login(self, client: Client, storage: FakeStorage, trail: Trail) -> None:
        assert (await log_in_with(client)).status_code == 201
        assert trail.only(EventType.LOGIN_SUCCEEDED).user_id in storage.users

    @pytest.mark.parametrize(
        "changes", [{"password": "wrong"}, {"password": ""}, {"username": "nobody"}, {"username": "a b"}]
    )
    async def test_failed_login(self, client: Client, trail: Trail, changes: dict[str, str]) -> None:
        """The event has no account: it may be that of an account that does not exist."""
        assert not (await log_in_with(client, **changes)).is_success
        event = trail.only(EventType.LOGIN_FAILED)
        assert (event.user_id, event.session_id) == (None, None)
        assert event.username_digest

    async def test_session_renewal(
        self, client: Client, storage: FakeStorage, tokens: TokenPair, trail: Trail
    ) -> None:
        assert (await refresh(client, tokens["refresh_token"])).status_code == 200
        event = trail.only(EventType.SESSION_RENEWED)
        assert ([event.user_id], [event.session_id]) == ([*storage.users], [*storage.sessions])

    async def test_password_change(
        self, client: Client, storage: FakeStorage, tokens: TokenPair, trail: Trail
    ) -> None:
        assert (await change_password(client, tokens, "sntsh")).status_code == 204
        event = trail.only(EventType.PASSWORD_CHANGED)
        assert ([event.user_id], [event.session_id]) == ([*storage.users], [*storage.sessions])

    async def test_failed_password_change(
        self, client: Client, storage: FakeStorage, tokens: TokenPair, trail: Trail
    ) -> None:
        assert (await change_password(client, tokens, "wrong")).status_code == 403
        event = trail.only(EventType.PASSWORD_CHANGE_FAILED)
        assert ([event.user_id], [event.session_id]) == ([*storage.users], [*storage.sessions])

    async def test_full_name_change(
        self, client: Client, storage: FakeStorage, tokens: TokenPair, trail: Trail
    ) -> None:
        response = await client.patch("/users/me", json={"fullname": "A"}, headers=bearer(tokens))
        assert response.status_code == 200
        assert trail.only(EventType.FULL_NAME_CHANGED).user_id in storage.users

    async def test_logout(
        self, client: Client, storage: FakeStorage, tokens: TokenPair, trail: Trail
    ) -> None:
        assert (await client.delete("/sessions/current", headers=bearer(tokens))).status_code == 204
        event = trail.only(EventType.LOGGED_OUT)
        assert ([event.user_id], [event.session_id]) == ([*storage.users], [*storage.sessions])

    async def test_logout_everywhere(
        self, client: Client, storage: FakeStorage, tokens: TokenPair, trail: Trail
    ) -> None:
        assert (await client.delete("/sessions", headers=bearer(tokens))).status_code == 204
        assert trail.only(EventType.LOGGED_OUT).user_id in storage.users


class TestNoEvent:
    """Requests that change nothing and concern no account record nothing."""

    async def test_rejected_registration(self, client: Client, trail: Trail) -> None:
        assert (await register(client, username="ann")).status_code == 409
        assert (await register(client, username="")).status_code == 422
        assert trail.entries() == []

    async def test_invalid_tokens(self, client: Client, trail: Trail) -> None:
        assert (await refresh(client, "fa_rt_" + "A" * 86)).status_code == 401
        assert (await client.get("/users/me", headers={"Authorization": "Bearer x"})).status_code == 401
        assert trail.entries() == []

    async def test_unknown_session(self, client: Client, tokens: TokenPair, trail: Trail) -> None:
        assert (await client.delete(f"/sessions/{'0' * 32}", headers=bearer(tokens))).status_code == 404
        assert trail.entries() == []

    async def test_read(self, client: Client, tokens: TokenPair, trail: Trail) -> None:
        assert (await client.get("/sessions", headers=bearer(tokens))).status_code == 200
        assert trail.entries() == []


class TestEventPerCommand:
    async def test_operator_command_records_one_event(
        self, container: Container, storage: FakeStorage, clock: FakeClock
    ) -> None:
        event_types = []
        clock.advance(minutes=1)
        for act in (container.disable_user(), container.enable_user(), container.unlock_user()):
            before = list(storage.entries)
            await act(username="ann")
            event_types += [entry.event.type for entry in since(storage, before)]
        before = list(storage.entries)
        await container.rotate_keys()(early=True)
        event_types += [entry.event.type for entry in since(storage, before)]
        assert event_types == [
            EventType.USER_DISABLED,
            EventType.USER_ENABLED,
            EventType.USER_UNLOCKED,
            EventType.SIGNING_KEY_ROTATED,
        ]
        assert {entry.source for entry in storage.entries[-4:]} == {EventSource(Actor.SYSTEM)}
        assert {event.occurred_at for event in storage.events[-4:]} == {clock.now()}
        assert {event.user_id for event in storage.events[-4:-1]} == set(storage.users)


class TestFailedRenewal:
    async def test_one_event_per_session_and_minute(
        self, client: Client, storage: FakeStorage, clock: FakeClock, tokens: TokenPair
    ) -> None:
        await client.delete("/sessions", headers=bearer(tokens))
        before = list(storage.entries)
        for _ in range(3):
            assert (await refresh(client, tokens["refresh_token"])).status_code == 401
        (session_id,) = storage.sessions
        (entry,) = since(storage, before)
        assert entry.event == Event(
            type=EventType.SESSION_RENEWAL_FAILED,
            occurred_at=clock.now(),
            user_id=storage.sessions[session_id].user_id,
            session_id=session_id,
        )
        clock.advance(timedelta(minutes=1))
        await refresh(client, tokens["refresh_token"])
        assert len(since(storage, before)) == 2

    async def test_reuse_records_only_reuse(
        self, client: Client, storage: FakeStorage, clock: FakeClock, tokens: TokenPair
    ) -> None:
        await refresh(client, tokens["refresh_token"])
        clock.advance(timedelta(minutes=11))
        before = list(storage.entries)
        for _ in range(3):
            assert (await refresh(client, tokens["refresh_token"])).status_code == 401
        assert [entry.event.type for entry in since(storage, before)] == [EventType.REFRESH_TOKEN_REUSED]

    async def test_replay_within_grace_records_nothing(
        self, client: Client, storage: FakeStorage, tokens: TokenPair
    ) -> None:
        await refresh(client, tokens["refresh_token"])
        before = list(storage.entries)
        assert (await refresh(client, tokens["refresh_token"])).status_code == 200
        assert since(storage, before) == []


class ForgetfulEventLog(FakeEventLog):
    async def record(self, event: Event) -> None:
        raise StorageUnavailable


class TestFailedLogin:
    async def test_failure_is_raised_if_it_cannot_be_recorded(
        self, container: Container, storage: FakeStorage
    ) -> None:
        container.events.override(ForgetfulEventLog(storage))
        transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
        async with Client(transport=transport, base_url="http://fastauth") as client:
            assert (await log_in_with(client, password="wrong")).status_code == 401

    async def test_username_digest_ignores_case(self, client: Client, storage: FakeStorage) -> None:
        for name in ("nobody", "NOBODY", "somebody"):
            await log_in_with(client, username=name)
        one, two, other = (entry.event.username_digest for entry in storage.entries[-3:])
        assert one == two != other
        assert "nobody" not in repr(storage.entries)

    async def test_lone_surrogate_records_nothing(self, container: Container, storage: FakeStorage) -> None:
        before = list(storage.entries)
        await container.failure_events().record_login_failure(username="\ud800")
        assert since(storage, before) == []


class TestRateLimitedLogin:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"rate_limits": True, "rate_limit_logins_per_network": 1})

    async def test_records_nothing(self, client: Client, storage: FakeStorage) -> None:
        assert (await log_in_with(client, password="wrong")).status_code == 401
        before = list(storage.entries)
        assert (await log_in_with(client, password="wrong")).status_code == 429
        assert since(storage, before) == []


class TestPurgeEvents:
    async def test_retention_follows_settings(
        self, container: Container, storage: FakeStorage, clock: FakeClock, client: Client
    ) -> None:
        clock.advance(timedelta(days=31))
        assert await container.purges()["events"]() == 1
        clock.advance(timedelta(days=335))
        await log_in_with(client)
        await container.purges()["events"]()
        assert [entry.event.type for entry in storage.entries] == [EventType.LOGIN_SUCCEEDED]

    async def test_purges_in_batches(
        self, container: Container, storage: FakeStorage, clock: FakeClock
    ) -> None:
        storage.entries.clear()
        for _ in range(2 * BATCH_SIZE + 1):
            storage.note(EventType.SIGNING_KEY_ROTATED)
        clock.advance(days=366)
        assert await container.purges()["events"]() == 2 * BATCH_SIZE + 1
        assert storage.entries == []
