"""A webhook: a URL that is sent the events of the feed, one after the other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.event_feed.published_event import PublishedType

MAX_WEBHOOKS = 50
"""A process sends to `MAX_CONCURRENT` of them at once; all are listed on one page."""

ROTATION_OVERLAP = timedelta(hours=24)
"""How long messages are signed with the secret before a rotation too, so that receivers can be changed."""

ID = re.compile(r"wh_[0-9a-f]{32}", re.ASCII)


class WebhookState(StrEnum):
    """What a webhook does."""

    UP_TO_DATE = "up_to_date"
    """There is no event that it has not looked at."""
    DUE = "due"
    """Events are to be sent."""
    SENDING = "sending"
    """A process sends to it."""
    WAITING = "waiting"
    """The last attempt failed; another one follows."""
    DISABLED = "disabled"
    """Nothing is sent until it is resumed. It keeps its place in the feed."""


class DisabledReason(StrEnum):
    """Why a webhook is disabled."""

    REQUESTED = "requested"
    """An administrator or an operator disabled it."""
    GONE = "gone"
    """The receiver answered with the status 410."""
    FAILING = "failing"
    """The last of the attempts failed too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A stored webhook."""

    id: str
    url: str = field(repr=False)
    """It may have a secret of the receiver in its path."""
    types: frozenset[PublishedType] | None
    """The types of events that are sent; ``None``: all of them."""
    secret: str = field(repr=False)
    """Encrypted by `SecretBox`."""
    created_at: datetime
    cursor: int
    """The number of the last event that was sent, or skipped because of its type."""
    due_at: datetime
    """Not before this time is sent."""
    previous_secret: str | None = field(default=None, repr=False)
    """The secret before the last rotation, encrypted."""
    previous_secret_ends_at: datetime | None = None
    leased_until: datetime | None = None
    """Until when a process may be sending; ``None`` if none does."""
    failures: int = 0
    """Failed attempts in a row."""
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str | None = None
    """Why the last attempt failed, without texts of the receiver; ``None`` if it did not fail."""
    disabled_at: datetime | None = None
    disabled_reason: DisabledReason | None = None

    def state(self, *, now: datetime, last_seq: int) -> WebhookState:
        """Return the state, where `last_seq` is the last number of the feed."""
        if self.disabled_at:
            return WebhookState.DISABLED
        if self.leased_until and now < self.leased_until:
            return WebhookState.SENDING
        if self.failures and now < self.due_at:
            return WebhookState.WAITING
        return WebhookState.DUE if self.cursor < last_seq else WebhookState.UP_TO_DATE

    def sealed_secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the encrypted secrets that sign a message: two within `ROTATION_OVERLAP` of a rotation."""
        if self.previous_secret and self.previous_secret_ends_at and now < self.previous_secret_ends_at:
            return (self.secret, self.previous_secret)
        return (self.secret,)


def new_id() -> str:
    """Return the id of a new webhook."""
    return f"wh_{token_hex(16)}"


def parse_types(names: Iterable[str]) -> frozenset[PublishedType]:
    """Return the types of events with these names.

    Raises:
        InvalidInput: There is none, or a name is not that of a type. The message has all names there are.
    """
    known = {each.value: each for each in PublishedType}
    chosen = set(names)
    if not chosen or not chosen <= known.keys():
        detail = f"Use names of event types, at least one: {', '.join(sorted(known))}."
        raise InvalidInput(Violation("types", "not_allowed", detail))
    return frozenset(known[name] for name in chosen)
