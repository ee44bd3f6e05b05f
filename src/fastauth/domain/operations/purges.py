"""The rows that expire, and how long they are kept after that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from fastauth.domain.api_keys.api_key import API_KEY_RETENTION
from fastauth.domain.audit.trail import Retention
from fastauth.domain.email_addresses.record import UNDO_PERIOD
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION
from fastauth.domain.revocations.revocation import MARGIN
from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Expired(Enum):
    """Kinds of rows that expire, and when they do."""

    SESSIONS = auto()
    """Sessions, when they end. They are kept for a day, so that they can be investigated."""
    COUNTERS = auto()
    """Counters of rate limits, when they reset."""
    EVENTS = auto()
    """Events, when they are recorded."""
    EVENT_ADDRESSES = auto()
    """The addresses in events, when the events are recorded. The events stay."""
    ONE_TIME_TOKENS = auto()
    """One-time tokens, when they cannot be used any more by their age. A consumed token is kept until then,
    so that it is known when it is presented again."""
    IDEMPOTENCY_KEYS = auto()
    """Requests with an idempotency key, when their responses are not repeated any more."""
    INVITATIONS = auto()
    """Invitations that were neither accepted nor withdrawn in time."""
    REVOCATIONS = auto()
    """Revocations, when they are recorded. They are kept longer than any token that they concern."""
    REPLACED_ADDRESSES = auto()
    """E-mail addresses, when they are replaced. They are kept while the change can be undone."""
    OUTBOX_ENTRIES = auto()
    """Entries of the outbox, when they are closed. They are kept for operators, without their content. An
    entry that no process has a handler for expires when it is due."""
    API_KEYS = auto()
    """API keys, when they expire or are revoked. They are kept so that their owners see that they ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """A task that deletes expired rows."""

    task: str
    """The row of ``fastauth_task`` by which one process of all claims the task. Processes of several versions
    share it. A migration adds it."""
    use_case: str
    """The name in metrics and traces."""
    kept: Mapping[Expired, timedelta]
    """The rows that it deletes, and how long they are kept after they expire."""


def all_purges(retention: Retention) -> tuple[Purge, ...]:
    """Return all purges. `retention` is that of events."""
    return (
        Purge(task="sessions", use_case="PurgeSessions", kept={Expired.SESSIONS: _DAY}),
        Purge(task="tallies", use_case="PurgeCounters", kept={Expired.COUNTERS: COUNTER_RETENTION}),
        Purge(
            task="events",
            use_case="PurgeEvents",
            kept={Expired.EVENTS: retention.events, Expired.EVENT_ADDRESSES: retention.addresses},
        ),
        Purge(
            task="revocations",
            use_case="PurgeRevocations",
            kept={Expired.REVOCATIONS: MAX_ACCESS_TOKEN_LIFETIME + 2 * MARGIN},
        ),
        Purge(
            task="one_time_tokens",
            use_case="PurgeOneTimeTokens",
            kept={Expired.ONE_TIME_TOKENS: _DAY, Expired.IDEMPOTENCY_KEYS: _DAY, Expired.INVITATIONS: _DAY},
        ),
        Purge(
            task="email_addresses",
            use_case="PurgeAddresses",
            kept={Expired.REPLACED_ADDRESSES: UNDO_PERIOD},
        ),
        Purge(task="outbox", use_case="PurgeOutbox", kept={Expired.OUTBOX_ENTRIES: _WEEK}),
        Purge(task="api_keys", use_case="PurgeApiKeys", kept={Expired.API_KEYS: API_KEY_RETENTION}),
    )
