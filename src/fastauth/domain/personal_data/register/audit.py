"""The table ``event``."""

from fastauth.domain.audit.event import EventType
from fastauth.domain.personal_data.column import Cleared, DataTable, Kept, LegalBasis, internal, personal

EVENT = DataTable(
    name="event",
    purpose="audit trail",
    basis=LegalBasis.SECURITY,
    retention="`FASTAUTH_AUDIT_RETENTION_DAYS`, 365",
    subject="user_id",
    on_erase=Kept("what happened, without who it was; no other account gets its id"),
    columns=(
        internal("id", "order of the events"),
        personal("at", "time"),
        personal("kind", "event type"),
        personal("user_id", "account"),
        internal("session_id", "session", exported=True),
        personal(
            "name_digest",
            "keyed digest of the username of a failed log-in",
            on_erase=Cleared(),
            withheld="a digest",
        ),
        internal("actor", "client, operator or system"),
        internal(
            "detail",
            "what the event is about: the name of a role, or the id of a passkey or a signing key",
            on_erase=Cleared(unless_kind=(EventType.ROLE_GRANTED, EventType.ROLE_REVOKED)),
            exported=True,
        ),
        internal(
            "seq",
            "the number in the event feed; 0 for events before migration 0016",
        ),
        personal("actor_id", "account that acted, such as an administrator's", withheld="another person"),
        internal("client_id", "OAuth 2.0 client that acted"),
        personal(
            "address",
            "client address",
            retention="`FASTAUTH_AUDIT_ADDRESS_RETENTION_DAYS`, 30",
            on_erase=Cleared(),
        ),
    ),
)
