"""The table ``outbox``."""

from fastauth.domain.personal_data.column import DataTable, Deleted, LegalBasis, internal, secret

OUTBOX = DataTable(
    name="outbox",
    purpose="mails that are still to be sent",
    basis=LegalBasis.CONTRACT,
    retention="7 days after it was done",
    subject="user_id",
    on_erase=Deleted(),
    columns=(
        internal("id", "random id, part of the `Message-ID` of a mail"),
        internal("kind", "what is to be done"),
        internal("user_id", "account"),
        secret("sealed", "what is needed to do it, encrypted", retention="until it is done"),
        internal("created_at", "when it was stored"),
        internal("due_at", "when the next attempt is due"),
        internal("leased_until", "until when one process works on it"),
        internal("attempts", "attempts so far"),
        internal("expires_at", "when it is pointless"),
        internal("done_at", "when it was done or given up"),
        internal("outcome", "how it ended"),
        internal("error", "reason of the last failure, without addresses"),
    ),
)
