"""The tables ``erasure`` and ``erasure_receipt``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, Kept, LegalBasis, internal, personal

_AGAIN = Kept("after a backup is restored, the account must be erased again")

ERASURE = DataTable(
    name="erasure",
    purpose="accounts that close or were erased",
    basis=LegalBasis.SECURITY,
    retention="`FASTAUTH_AUDIT_RETENTION_DAYS`, 365; longer while the username rests",
    on_erase=_AGAIN,
    columns=(
        personal("user_id", "account; no other one gets this id", withheld="the request itself shows it"),
        internal("requested_at", "when it was requested"),
        internal("erase_at", "when it is due"),
        internal("erased_at", "when it was done"),
        internal("disabled_before", "since when the account was disabled before"),
        personal(
            "name_digest", "keyed digest of the username, which rests", withheld="a digest", on_erase=_AGAIN
        ),
        internal("name_rests_until", "when the username is free again"),
    ),
)

ERASURE_RECEIPT = DataTable(
    name="erasure_receipt",
    purpose="services that have confirmed an erasure",
    basis=LegalBasis.NOT_PERSONAL,
    retention="as the erasure",
    on_erase=NO_PERSON,
    columns=(
        internal("user_id", "account"),
        internal("consumer", "client, API key or user that has confirmed it"),
        internal("at", "when"),
    ),
)
