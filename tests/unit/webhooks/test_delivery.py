"""Messages byte by byte, and what an answer means."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.application import Application
from tests.port_calls import PortCalls

from fastauth.application.webhooks.acts import WebhookAct
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType
from fastauth.domain.webhooks.delivery import Attempt, WebhookMessage
from fastauth.domain.webhooks.errors import WebhookNotFound

AT = datetime(2026, 11, 26, 12, 0, 0, 5, tzinfo=UTC)


class TestWebhookMessage:
    def test_body_is_compact_json(self) -> None:
        event = PublishedEvent(
            seq=1,
            id="ev_2_3",
            type=PublishedType.USER_ROLES_CHANGED,
            at=AT,
            subject="7",
            data={"change": "granted", "role": "clerk"},
        )
        assert WebhookMessage.of(event) == WebhookMessage(
            id="ev_2_3",
            body=b'{"type":"user.roles_changed","timestamp":"2026-11-26T12:00:00.000005Z",'
            b'"data":{"subject":"7","change":"granted","role":"clerk"}}',
        )

    def test_time_is_in_utc_wherever_the_host_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        try:
            message = WebhookMessage.test("msg_1", at=AT)
        finally:
            monkeypatch.undo()
            time.tzset()
        assert message == WebhookMessage(
            id="msg_1",
            body=b'{"type":"webhook.test","timestamp":"2026-11-26T12:00:00.000005Z","data":{}}',
        )


class TestAttempt:
    def test_status_of_2xx_is_no_error(self) -> None:
        for status, delivered in ((199, False), (200, True), (299, True), (300, False), (410, False)):
            error = "" if delivered else f"the receiver answered with status {status}"
            attempt = Attempt.answered(status)
            assert attempt == Attempt(status, error)
            assert (attempt.is_delivered, attempt.is_gone) == (delivered, status == 410)


class TestWebhookAct:
    async def test_records_the_time_and_the_webhook(self) -> None:
        """What is no id costs no statement."""
        app = Application()
        app.clock.advance(timedelta(minutes=1))
        async with app.container.stored_unit_of_work().begin() as transaction:
            webhooks = PortCalls(transaction.webhooks)
            transaction.webhooks = webhooks  # type: ignore[misc, assignment]  # it forwards each call
            act = WebhookAct(transaction=transaction, now=app.clock.now())
            await act.record(EventType.WEBHOOK_CREATED, "wh_1")
            with pytest.raises(WebhookNotFound):
                await act.webhook("no id")
            await transaction.commit()
        assert webhooks.made == []
        assert app.storage.events == [
            Event(type=EventType.WEBHOOK_CREATED, occurred_at=app.clock.now(), detail="wh_1")
        ]
