"""The table ``tally``."""

from fastauth.domain.personal_data.column import DataTable, Kept, LegalBasis, internal, personal

TALLY = DataTable(
    name="tally",
    purpose="rate limits",
    basis=LegalBasis.SECURITY,
    retention="a day after it expired",
    on_erase=Kept("a keyed digest, which expires"),
    columns=(
        personal("key", "keyed digest of a network, a username, a device or a session", withheld="a digest"),
        internal("attempts", "count"),
        internal("until", "when it expires"),
    ),
)
