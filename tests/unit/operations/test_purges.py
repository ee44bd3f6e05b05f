"""Which rows are deleted, and when."""

from datetime import timedelta

from fastauth.domain.audit.trail import Retention
from fastauth.domain.operations.purges import Expired, Purge, all_purges

DAY = timedelta(days=1)


class TestAllPurges:
    def test_keep_each_kind_of_row_for_a_time_of_its_own(self) -> None:
        """The tasks are rows of the database and the names are those of metrics, so neither changes."""
        retention = Retention(events=400 * DAY, addresses=90 * DAY)
        assert all_purges(retention) == (
            Purge(task="sessions", use_case="PurgeSessions", kept={Expired.SESSIONS: DAY}),
            Purge(task="tallies", use_case="PurgeCounters", kept={Expired.COUNTERS: DAY}),
            Purge(
                task="events",
                use_case="PurgeEvents",
                kept={Expired.EVENTS: 400 * DAY, Expired.EVENT_ADDRESSES: 90 * DAY},
            ),
            Purge(
                task="revocations",
                use_case="PurgeRevocations",
                kept={Expired.REVOCATIONS: timedelta(minutes=62)},
            ),
            Purge(
                task="one_time_tokens",
                use_case="PurgeOneTimeTokens",
                kept={Expired.ONE_TIME_TOKENS: DAY, Expired.IDEMPOTENCY_KEYS: DAY, Expired.INVITATIONS: DAY},
            ),
            Purge(
                task="email_addresses",
                use_case="PurgeAddresses",
                kept={Expired.REPLACED_ADDRESSES: 7 * DAY},
            ),
            Purge(task="outbox", use_case="PurgeOutbox", kept={Expired.OUTBOX_ENTRIES: 7 * DAY}),
            Purge(task="api_keys", use_case="PurgeApiKeys", kept={Expired.API_KEYS: 30 * DAY}),
        )
