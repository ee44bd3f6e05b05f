"""Verify webhooks of fastauth, or of any other sender that follows Standard Webhooks.

::

    message = verify(await request.body(), request.headers, secret)
    if message.type == "user.disabled":
        ...  # in one transaction with storing message.id, which a repeated message has again
"""

import hmac
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from fastauth_client.clock import Clock, SystemClock
from fastauth_client.errors import VerificationError
from fastauth_client.strict_json import strict_object

TOLERANCE_SECONDS = 300
"""How old, or how far in the future, a message may be (Standard Webhooks)."""

MAX_BODY_BYTES = 65_536
"""More than any message has; Standard Webhooks recommends at most 20 KiB."""

_SECRET_PREFIX = "whsec_"  # noqa: S105  how a secret begins
_MAX_DIGITS = 12


class InvalidWebhook(VerificationError):
    """The message is not from the sender, was changed, or is too old. Answer with the status 400 or 401."""


class Headers(Protocol):
    """The headers of a request, as any framework has them."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return names and values."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMessage:
    """A message whose signature was verified."""

    id: str
    """The same whenever the message is sent. Ignore one that you have had."""
    type: str
    timestamp: datetime
    """When the event happened."""
    data: Mapping[str, Any] = field(repr=False)


def verify(
    body: bytes,
    headers: Headers | Mapping[str, str],
    secret: str | Sequence[str],
    *,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    clock: Clock | None = None,
) -> WebhookMessage:
    """Return the message of a request. `body` is exactly what was received, before any parsing.

    With several secrets, one of them must have signed; so the old and the new one are accepted while a
    secret is replaced.

    Raises:
        InvalidWebhook: Do nothing with the message.
        ValueError: A secret is malformed.
    """
    keys = [_key(each) for each in ([secret] if isinstance(secret, str) else secret)]
    message_id, timestamp, signatures = _headers(headers)
    if len(body) > MAX_BODY_BYTES:
        raise InvalidWebhook("The body is too large")
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    expected = [hmac.digest(key, signed, sha256) for key in keys]
    if not any(hmac.compare_digest(one, given) for one in expected for given in signatures):
        raise InvalidWebhook("No signature is that of the secret")
    if abs((clock or SystemClock()).time() - int(timestamp)) > tolerance_seconds:
        raise InvalidWebhook("The message is too old, or from the future")
    return _message(message_id, body)


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except ValueError:
        raise ValueError("A secret of a webhook is whsec_ and base64") from None
    if not key:
        raise ValueError("The secret of a webhook is empty")
    return key


def _headers(headers: Headers | Mapping[str, str]) -> tuple[str, str, list[bytes]]:
    found: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower.startswith("webhook-"):
            if lower in found:
                raise InvalidWebhook(f"The header {lower} is there twice")
            found[lower] = value
    try:
        message_id, timestamp = found["webhook-id"], found["webhook-timestamp"]
        given = found["webhook-signature"].split(" ")
    except KeyError:
        raise InvalidWebhook(
            "A header is missing: webhook-id, webhook-timestamp or webhook-signature"
        ) from None
    if not message_id.isascii() or not message_id or "." in message_id:
        raise InvalidWebhook("The header webhook-id is malformed")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MAX_DIGITS):
        raise InvalidWebhook("The header webhook-timestamp is malformed")
    return message_id, timestamp, [each for each in map(_signature, given) if each]


def _signature(text: str) -> bytes:
    """Return a signature of version 1, or nothing: other versions may be there too."""
    version, _, encoded = text.partition(",")
    try:
        return b64decode(encoded, validate=True) if version == "v1" else b""
    except ValueError:
        return b""


def _message(message_id: str, body: bytes) -> WebhookMessage:
    try:
        members = strict_object(body)
        message_type, data = members["type"], members["data"]
        timestamp = datetime.fromisoformat(members["timestamp"])
    except (KeyError, TypeError, ValueError):
        raise InvalidWebhook("The body is no message of Standard Webhooks") from None
    if not isinstance(message_type, str) or not isinstance(data, dict) or timestamp.tzinfo is None:
        raise InvalidWebhook("The body is no message of Standard Webhooks")
    return WebhookMessage(id=message_id, type=message_type, timestamp=timestamp, data=data)
