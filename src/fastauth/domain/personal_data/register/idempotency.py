"""The table ``idempotency_key``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, secret

IDEMPOTENCY_KEY = DataTable(
    name="idempotency_key",
    purpose="requests that a client may send again",
    basis=LegalBasis.CONTRACT,
    retention="a day after it expired",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        secret("digest", "keyed digest of the operation and the key"),
        secret("fingerprint", "keyed digest of what was sent, without a password"),
        internal("user_id", "the account that the request created, or that sent it"),
        secret("response", "the response, encrypted; empty for a registration"),
        internal("created_at", "when the request was answered"),
        internal("expires_at", "24 hours later"),
    ),
)
