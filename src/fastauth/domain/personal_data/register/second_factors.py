"""The tables ``totp`` and ``recovery_code``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal, secret

TOTP = DataTable(
    name="totp",
    purpose="authenticator apps",
    basis=LegalBasis.CONTRACT,
    retention="life of the factor",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        internal("user_id", "account"),
        secret("sealed", "TOTP secret, encrypted"),
        personal("created_at", "when it was added"),
        personal("confirmed_at", "when its first code was entered"),
        personal("last_step", "30-second step of the last accepted code"),
        internal("failures", "wrong codes in a row"),
    ),
)

RECOVERY_CODE = DataTable(
    name="recovery_code",
    purpose="recovery codes",
    basis=LegalBasis.CONTRACT,
    retention="life of the factor, or until new codes are made",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        secret("digest", "keyed digest of the code"),
        internal("user_id", "account"),
        personal("created_at", "when it was made"),
        personal("used_at", "when it was used"),
    ),
)
