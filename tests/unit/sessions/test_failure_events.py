"""Audit events of failed log-ins, renewals, password changes and step-ups."""

from datetime import timedelta

from tests.application import Application
from tests.builders import a_username
from tests.session_helpers import caller_of, event_now, happened

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.sessions.access_token import TokenPair


class TestFailureEvents:
    async def test_log_in_records_the_digest_of_the_name(self, app: Application) -> None:
        """Of the account's name, whichever of its identifiers was sent, and of a name that no account has."""
        await app.a_verified_address("santosh@example.com")
        events, digest = app.container.failure_events(), app.container.username_pseudonyms().digest
        for identifier in ("SANTOSH", "Santosh@example.com", "nobody", "\ud800"):
            await events.record_login_failure(username=identifier, password="x")
        assert happened(app, EventType.LOGIN_FAILED) == [
            Event(
                type=EventType.LOGIN_FAILED,
                occurred_at=app.clock.now(),
                username_digest=digest(a_username(name)),
            )
            for name in ("santosh", "santosh", "nobody")
        ]

    async def test_renewal_records_the_session_once_a_minute(
        self, app: Application, tokens: TokenPair
    ) -> None:
        caller, record = await caller_of(app, tokens), app.container.failure_events().record_renewal_failure
        expected = []
        for seconds in (0, 59, 1):
            app.clock.advance(timedelta(seconds=seconds))
            for token in (tokens.refresh, "invented"):
                await record(refresh_token=token)
            if seconds != 59:
                expected.append(
                    event_now(
                        app,
                        EventType.SESSION_RENEWAL_FAILED,
                        user_id=caller.user.id,
                        session_id=caller.session.id,
                    )
                )
        assert happened(app, EventType.SESSION_RENEWAL_FAILED) == expected

    async def test_renewal_is_not_recorded_beside_a_reused_token(
        self, app: Application, tokens: TokenPair
    ) -> None:
        caller = await caller_of(app, tokens)
        reused = event_now(
            app, EventType.REFRESH_TOKEN_REUSED, user_id=caller.user.id, session_id=caller.session.id
        )
        await app.container.events().record(reused)
        await app.container.failure_events().record_renewal_failure(refresh_token=tokens.refresh)
        assert not happened(app, EventType.SESSION_RENEWAL_FAILED)

    async def test_password_change_and_step_up_record_the_session(
        self, app: Application, tokens: TokenPair
    ) -> None:
        caller, events = await caller_of(app, tokens), app.container.failure_events()
        await events.record_password_change_failure(caller=caller, current_password="x")
        await events.record_step_up_failure(caller=caller, password="x")
        assert app.storage.events[-2:] == [
            event_now(app, each, user_id=caller.user.id, session_id=caller.session.id)
            for each in (EventType.PASSWORD_CHANGE_FAILED, EventType.STEP_UP_FAILED)
        ]
