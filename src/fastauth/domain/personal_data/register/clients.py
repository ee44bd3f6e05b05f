"""The tables ``oauth_client`` and ``client_secret``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, LegalBasis, internal, secret

OAUTH_CLIENT = DataTable(
    name="oauth_client",
    purpose="programs that authenticate for themselves",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until it is removed",
    on_erase=NO_PERSON,
    columns=(
        internal("id", "client id"),
        internal("name", "its name"),
        internal("kind", "`service`"),
        internal("scopes", "what it may do"),
        internal("audiences", "audiences that it may ask tokens for"),
        internal("created_at", "when it was created"),
        internal("created_by", "account that created it; none for an operator"),
        internal("last_used_at", "its last use, to five minutes"),
        internal("disabled_at", "when it was disabled"),
    ),
)

CLIENT_SECRET = DataTable(
    name="client_secret",
    purpose="their secrets",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until the client is removed",
    on_erase=NO_PERSON,
    columns=(
        secret("digest", "keyed digest of a client secret"),
        internal("client_id", "its client"),
        internal("created_at", "when it was made"),
        internal("expires_at", "when it ends, after a rotation"),
    ),
)
