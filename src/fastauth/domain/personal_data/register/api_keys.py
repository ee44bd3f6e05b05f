"""The table ``api_key``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal, secret

API_KEY = DataTable(
    name="api_key",
    purpose="API keys",
    basis=LegalBasis.CONTRACT,
    retention="30 days after the key ended",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        internal("id", "public part of the key", exported=True),
        internal("user_id", "owner"),
        personal("name", "what its owner calls it"),
        secret("digest", "HMAC-SHA-256 of the key"),
        internal("scopes", "permissions that it has as long as its owner has them", exported=True),
        personal("created_at", "when it was made"),
        personal("expires_at", "when it ends"),
        personal("last_used_at", "last use, up to six minutes early"),
        personal("revoked_at", "when it was revoked"),
    ),
)
