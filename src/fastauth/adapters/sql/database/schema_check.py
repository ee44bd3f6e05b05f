"""The statement that checks whether the database can be used: schema, privileges, read-only."""

from typing import Any

from sqlalchemy import Select, and_, column, false, func, literal_column, select, table, true

PRIVILEGES = {
    "user_info": "SELECT INSERT UPDATE DELETE",
    "session": "SELECT INSERT UPDATE DELETE",
    "browser_session": "SELECT INSERT UPDATE",
    "signing_key": "SELECT INSERT UPDATE DELETE",
    "event": "SELECT INSERT UPDATE DELETE",
    "event_feed": "SELECT UPDATE",
    "tally": "SELECT INSERT UPDATE DELETE",
    "revocation": "SELECT INSERT DELETE",
    "oauth_client": "SELECT INSERT UPDATE DELETE",
    "client_secret": "SELECT INSERT UPDATE DELETE",
    "role": "SELECT INSERT UPDATE DELETE",
    "role_permission": "SELECT INSERT DELETE",
    "user_role": "SELECT INSERT DELETE",
    "email_address": "SELECT INSERT UPDATE DELETE",
    "one_time_token": "SELECT INSERT UPDATE DELETE",
    "idempotency_key": "SELECT INSERT UPDATE DELETE",
    "invitation": "SELECT INSERT DELETE",
    "totp": "SELECT INSERT UPDATE DELETE",
    "recovery_code": "SELECT INSERT UPDATE DELETE",
    "passkey": "SELECT INSERT UPDATE DELETE",
    "api_key": "SELECT INSERT UPDATE DELETE",
    "outbox": "SELECT INSERT UPDATE DELETE",
    "webhook": "SELECT INSERT UPDATE DELETE",
    "erasure": "SELECT INSERT UPDATE DELETE",
    "erasure_receipt": "SELECT INSERT",
    "fastauth_task": "SELECT UPDATE",
}
"""Privileges that the service needs on each table while it runs."""

_UPDATED_OF_EVENTS = ("address", "seq", "name_digest", "detail")
"""The last two by an erasure."""

_GRANTED = (
    # Only these columns of the audit trail are updated; grants on them are enough.
    and_(*(func.has_column_privilege(name, column, privilege) for column in _UPDATED_OF_EVENTS))
    if (name, privilege) == ("event", "UPDATE")
    else func.has_table_privilege(name, privilege)
    for name, privileges in PRIVILEGES.items()
    for privilege in privileges.split()
)
_REVISION: Select[Any] = select(func.max(column("version_num"))).select_from(table("fastauth_migration"))
_revision = _REVISION.scalar_subquery().label("revision")

CHECK: dict[str, Select[Any]] = {
    "postgresql": select(
        _revision,
        (func.current_setting("transaction_read_only") == "on").label("read_only"),
        and_(*_GRANTED).label("granted"),
        literal_column("current_user").label("role"),
        func.current_schema().label("schema"),
    ),
    "sqlite": select(_revision, false().label("read_only"), true().label("granted")),
}
"""Returns the last migration, whether the database is read-only, and whether all privileges are granted."""
