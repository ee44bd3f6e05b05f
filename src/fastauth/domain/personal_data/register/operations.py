"""The table ``fastauth_task``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, LegalBasis, internal

FASTAUTH_TASK = DataTable(
    name="fastauth_task",
    purpose="background tasks of all processes",
    basis=LegalBasis.NOT_PERSONAL,
    retention="life of the installation",
    on_erase=NO_PERSON,
    columns=(
        internal("name", "background task"),
        internal("begun_at", "when a process last began it", retention="until the next time"),
    ),
)
