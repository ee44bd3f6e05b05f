"""The table ``email_address``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal

EMAIL_ADDRESS = DataTable(
    name="email_address",
    purpose="log-in, recovery and notices by e-mail",
    basis=LegalBasis.CONTRACT,
    retention="life of the account, or until it is removed",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        internal("id", "order of the addresses"),
        internal("user_id", "its account"),
        personal(
            "address",
            "address as it was typed",
            retention="life of the account; 7 days after it was replaced",
        ),
        personal("address_key", "address in the form that is compared"),
        personal("added_at", "when it was added"),
        personal("verified_at", "when its owner proved to read it"),
        personal(
            "replaced_at",
            "when another address took its place, or it was removed",
            retention="the row goes seven days later",
        ),
        personal("undeliverable_at", "when its server last refused a mail for good"),
    ),
)
