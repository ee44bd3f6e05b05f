"""The table ``one_time_token``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal, secret

ONE_TIME_TOKEN = DataTable(
    name="one_time_token",
    purpose="links in mails, and log-ins in several steps",
    basis=LegalBasis.CONTRACT,
    retention="a day after it expired",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        internal("id", "order of the tokens"),
        internal("purpose", "what it can be used for"),
        secret("digest", "keyed digest of the token"),
        internal("user_id", "account"),
        internal("session_id", "session that it is bound to"),
        personal("subject", "what it is about, such as an address"),
        secret(
            "payload", "further facts, such as the digest of a password; encrypted where they give access"
        ),
        internal("attempts", "failed attempts"),
        internal("created_at", "when it was issued"),
        internal("expires_at", "when it expires"),
        internal("consumed_at", "when it was used"),
    ),
)
