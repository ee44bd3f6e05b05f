"""Messages to receivers, and what became of an attempt to deliver one."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from fastauth.domain.event_feed.published_event import PublishedEvent
from fastauth.domain.webhooks.webhook import DisabledReason

TEST_TYPE = "webhook.test"
"""The type of the message that an administrator sends to try a webhook. The feed has no such event."""

MAX_BODY_BYTES = 20 * 1024
"""Standard Webhooks recommends that messages are smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """A message before it is signed. Each attempt to deliver an event has the same id and the same body."""

    id: str
    """The header ``webhook-id``, by which a receiver recognises a message that it has had."""
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, event: PublishedEvent) -> "WebhookMessage":
        """Return the message about an event."""
        return cls(
            id=event.id, body=_body(event.type.value, event.at, {"subject": event.subject, **event.data})
        )

    @classmethod
    def test(cls, message_id: str, *, at: datetime) -> "WebhookMessage":
        """Return a message that tries a webhook."""
        return cls(id=message_id, body=_body(TEST_TYPE, at, {}))


def _body(message_type: str, at: datetime, data: dict[str, str | None]) -> bytes:
    timestamp = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    message = {"type": message_type, "timestamp": timestamp, "data": data}
    return json.dumps(message, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one attempt."""

    status: int | None = None
    """The status of the response; ``None`` if there is none."""
    error: str = ""
    """Why the attempt failed, without texts of the receiver; empty if it did not."""

    @property
    def is_delivered(self) -> bool:
        """Return whether the receiver has the message: it answered with a status of 2xx."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_gone(self) -> bool:
        """Return whether the receiver refuses further messages: it answered with status 410."""
        return self.status == HTTPStatus.GONE

    @classmethod
    def answered(cls, status: int) -> "Attempt":
        """Return what a response with this status means."""
        attempt = cls(status)
        return attempt if attempt.is_delivered else cls(status, f"the receiver answered with status {status}")


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What a process did with a webhook that it had claimed."""

    webhook_id: str
    delivered: int
    error: str | None = None
    """Why the last attempt failed, without texts of the receiver; ``None`` if none failed."""
    disabled: DisabledReason | None = None
    """Why the webhook was disabled, if it was."""
