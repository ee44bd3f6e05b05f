"""Disable and enable a user."""

import pytest
from tests.application import Application
from tests.session_helpers import happened, is_over

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.sessions.access_token import TokenPair


class TestDisableUser:
    async def test_disabled_user_has_no_session_and_cannot_log_in(
        self, app: Application, tokens: TokenPair
    ) -> None:
        """R28: disabled accounts and ended sessions work on, in one of several stores.

        CVE-2025-29928, CVE-2025-53942 (authentik), CVE-2024-47000 (Zitadel); CWE-613.
        """
        await app.disable_user(username="SANTOSH")
        assert await is_over(app, tokens)
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()

    async def test_enable_does_not_restore_sessions(self, app: Application, tokens: TokenPair) -> None:
        await app.disable_user(username="santosh")
        disabled_at = app.clock.now()
        assert set(app.storage.revocations) == {Revocation(disabled_at, RevocationKind.USER, "1")}
        app.clock.advance(minutes=1)
        user = await app.enable_user(username="santosh")
        assert await is_over(app, tokens)
        assert await app.a_log_in()
        assert happened(app, EventType.USER_DISABLED, EventType.USER_ENABLED) == [
            Event(type=EventType.USER_DISABLED, occurred_at=disabled_at, user_id=user.id),
            Event(type=EventType.USER_ENABLED, occurred_at=app.clock.now(), user_id=user.id),
        ]

    async def test_disabling_twice_keeps_the_first_date(self, app: Application) -> None:
        since = app.clock.now()
        for _ in range(2):
            await app.disable_user(username="santosh")
            app.clock.advance(days=1)
        (user,) = app.storage.users.values()
        assert user.disabled_at == since

    async def test_unknown_user_is_not_found(self, app: Application) -> None:
        for act in (app.disable_user, app.enable_user):
            with pytest.raises(UserNotFound):
                await act(username="nobody")
