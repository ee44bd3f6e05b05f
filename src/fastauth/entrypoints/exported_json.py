"""An export of personal data as a JSON value."""

from datetime import datetime

from fastauth.domain import base64url
from fastauth.domain.personal_data.export import Export


def exported_json(export: Export) -> dict[str, object]:
    """Return the export as a JSON value: the names of tables and columns are those of the register.

    Times are in UTC. Binary values are in base64url without padding (RFC 4648, section 5).
    """
    return {
        "exported_at": _value(export.exported_at),
        "user_id": str(export.user_id),
        "tables": {
            name: [{column: _value(value) for column, value in row.items()} for row in rows]
            for name, rows in export.tables.items()
        },
    }


def _value(value: object) -> object:
    match value:
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"
        case bytes():
            return base64url.encode(value)
        case _:
            return value
