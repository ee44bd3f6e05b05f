"""The table ``revocation``."""

from fastauth.domain.personal_data.column import DataTable, Kept, LegalBasis, internal

REVOCATION = DataTable(
    name="revocation",
    purpose="tokens that other services must refuse",
    basis=LegalBasis.SECURITY,
    retention="an hour and two minutes",
    on_erase=Kept("other services must still learn it"),
    columns=(
        internal("id", "order of the revocations"),
        internal("kind", "claim or header by which tokens are recognised"),
        internal("value", "id of an account, a token, a signing key or a client"),
        internal("at", "when"),
    ),
)
