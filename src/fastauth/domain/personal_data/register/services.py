"""The tables ``service`` and ``service_key``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, LegalBasis, internal, secret

SERVICE = DataTable(
    name="service",
    purpose="clients of other services",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until it is removed",
    on_erase=NO_PERSON,
    columns=(
        internal("name", "name of a service"),
        internal("permissions", "what it may do"),
        internal("created_at", "when it was created"),
    ),
)

SERVICE_KEY = DataTable(
    name="service_key",
    purpose="their secrets",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until the service is removed",
    on_erase=NO_PERSON,
    columns=(
        secret("digest", "keyed digest of a service key"),
        internal("service", "its service"),
        internal("created_at", "when it was made"),
        internal("expires_at", "when it ends, after a rotation"),
    ),
)
