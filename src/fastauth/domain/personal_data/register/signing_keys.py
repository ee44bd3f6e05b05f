"""The table ``signing_key``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, LegalBasis, internal, public, secret

SIGNING_KEY = DataTable(
    name="signing_key",
    purpose="keys that sign access tokens",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until its last token has expired",
    on_erase=NO_PERSON,
    columns=(
        internal("number", "order of the keys"),
        public("kid", "thumbprint of the key"),
        public("algorithm", "ES256 or Ed25519"),
        public("public_jwk", "public key"),
        secret("sealed", "private key, encrypted under the secret key"),
        internal("published_at", "when it was published"),
        internal("signs_from", "when it begins to sign"),
    ),
)
