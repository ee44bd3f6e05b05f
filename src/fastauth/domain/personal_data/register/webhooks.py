"""The table ``webhook``."""

from fastauth.domain.personal_data.column import NO_PERSON, DataTable, LegalBasis, internal, secret

WEBHOOK = DataTable(
    name="webhook",
    purpose="receivers of events",
    basis=LegalBasis.NOT_PERSONAL,
    retention="until it is removed",
    on_erase=NO_PERSON,
    columns=(
        internal("id", "random id"),
        internal("url", "where events are sent; receivers may put a secret into it"),
        internal("types", "types of events that are sent"),
        secret("secret", "encrypted secret that signs messages"),
        secret("previous_secret", "the one before the last rotation"),
        internal("previous_secret_ends_at", "until when it signs"),
        internal("created_at", "when it was created"),
        internal("cursor", "number of the last event that was sent"),
        internal("due_at", "when something may be sent next"),
        internal("leased_until", "until when a process sends"),
        internal("failures", "failed attempts in a row"),
        internal("last_attempt_at", "time of the last attempt"),
        internal("last_success_at", "time of the last message that was accepted"),
        internal("last_error", "why the last attempt failed"),
        internal("disabled_at", "when it was disabled"),
        internal("disabled_reason", "why"),
    ),
)
