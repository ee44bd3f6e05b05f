"""The table ``passkey``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal

PASSKEY = DataTable(
    name="passkey",
    purpose="passkeys",
    basis=LegalBasis.CONTRACT,
    retention="until the passkey is removed",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        personal("id", "id of the credential"),
        internal("user_id", "account"),
        personal("name", "what its owner calls it"),
        internal("public_key", "key that verifies its signatures"),
        internal("sign_count", "highest counter that was accepted"),
        personal("aaguid", "model of the authenticator, as it says itself"),
        internal("transports", "how a browser reaches the authenticator", exported=True),
        personal("backup_eligible", "whether it may be copied to other devices"),
        personal("backed_up", "whether it was copied, at the last use"),
        personal("created_at", "when it was added"),
        personal("last_used_at", "time of the last use"),
        personal("suspect_at", "when a counter came twice, as from a copy"),
    ),
)
