"""The use cases that delete expired rows."""

from fastauth.application.api_keys.purge_api_keys import PurgeApiKeys
from fastauth.application.audit.purge_events import PurgeEvents
from fastauth.application.email_addresses.purge_addresses import PurgeAddresses
from fastauth.application.operations.purge_counters import PurgeCounters
from fastauth.application.operations.purge_one_time_tokens import PurgeOneTimeTokens
from fastauth.application.operations.purge_sessions import PurgeSessions
from fastauth.application.outbox.purge_outbox import PurgeOutbox
from fastauth.application.revocations.purge_revocations import PurgeRevocations

PURGES = {
    kind.__name__
    for kind in (
        PurgeAddresses,
        PurgeCounters,
        PurgeApiKeys,
        PurgeEvents,
        PurgeOneTimeTokens,
        PurgeOutbox,
        PurgeRevocations,
        PurgeSessions,
    )
}
"""Use cases that return the number of deleted rows."""
