"""The tables ``session`` and ``browser_session``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal, secret

SESSION = DataTable(
    name="session",
    purpose="log-ins, shown to their owner",
    basis=LegalBasis.CONTRACT,
    retention="a day after the end of the session",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        internal("id", "`sid` in tokens; gives no access", exported=True),
        internal("user_id", "its account"),
        personal("user_agent", "first 256 characters of `User-Agent`"),
        personal("address", "client address of the log-in"),
        personal("created_at", "time of the log-in"),
        personal("last_used_at", "time of the last refresh"),
        internal("expires_at", "absolute timeout"),
        secret("refresh_digest", "keyed digest of the refresh token", retention="until the next refresh"),
        internal("refresh_expires_at", "idle timeout"),
        secret(
            "spent_digest", "keyed digest of the previous refresh token", retention="until the next refresh"
        ),
        internal("spent_at", "when that was exchanged", retention="until the next refresh"),
        internal("ended_at", "when it was ended"),
        internal("epoch", "session epoch of the account when it began"),
        internal("sweep_at", "midnight after which it can be purged"),
        internal("refreshes_paid_until", "state of the limit on refreshes"),
        internal("refresh_recorded_at", "when a refresh was last recorded as an event"),
        personal("authenticated_at", "time of the last step-up; none: that of the log-in"),
        internal("methods", "how the user has authenticated, such as `pwd`", exported=True),
        personal(
            "spent_by",
            "digest of the user agent and the network of the last refresh",
            retention="until the next refresh",
            withheld="a digest",
        ),
    ),
)

BROWSER_SESSION = DataTable(
    name="browser_session",
    purpose="log-ins in a browser",
    basis=LegalBasis.CONTRACT,
    retention="as its session",
    on_erase=Deleted(),
    columns=(
        secret("digest", "keyed digest of the session cookie"),
        internal("session_id", "its session"),
        internal("created_at", "when the browser got the cookie"),
    ),
)
