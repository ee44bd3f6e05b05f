"""The table ``invitation``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, personal

_OF_ANOTHER = "it belongs to the invited person"

INVITATION = DataTable(
    name="invitation",
    purpose="who is invited to have an account",
    basis=LegalBasis.CONTRACT,
    retention="until it is accepted or withdrawn, or a day after it expired",
    subject="invited_by",
    on_erase=Deleted(),
    columns=(
        internal("id", "order of the invitations"),
        personal("email", "invited address, as typed", withheld=_OF_ANOTHER),
        personal("email_key", "the form of the address in which it is compared", withheld=_OF_ANOTHER),
        internal("locale", "language of the mail"),
        internal("roles", "roles that the account gets"),
        internal("invited_by", "account that invited; none for an operator or a client"),
        internal("created_at", "when"),
        internal("expires_at", "until when it can be accepted"),
    ),
)
