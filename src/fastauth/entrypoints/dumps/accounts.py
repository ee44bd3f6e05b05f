"""What the columns of other systems mean here."""

from collections.abc import Mapping

from fastauth.application.import_users import Candidate
from fastauth.domain.errors import GatheredViolations, InvalidInput, Violation

USERNAMES = ("username", "email")
"""Of these the first that is there: fastapi-users knows people by their addresses."""
HASHES = ("password_hash", "hashed_password", "password")
_FULLNAMES = ("fullname", "full_name", "name")
_HALVES = ("first_name", "last_name")

_BOOLEANS = dict.fromkeys(("true", "t", "yes", "y", "1"), True) | dict.fromkeys(
    ("false", "f", "no", "n", "0"), False
)


def unwrapped(record: Mapping[str, object]) -> Mapping[str, object] | None:
    """Return the values of an account: of a fixture, its fields; ``None`` for another model's."""
    model, fields = record.get("model"), record.get("fields")
    if not (isinstance(model, str) and isinstance(fields, dict)):
        return record
    return fields if model.lower().endswith("user") else None


def candidate(place: int, record: Mapping[str, object]) -> Candidate:
    """Read an account. Columns that mean nothing here are passed over.

    Raises:
        InvalidInput: Something is missing or of the wrong kind; all of it is named.
    """
    with GatheredViolations() as noting:
        with noting:
            username = _text(record, USERNAMES, field="username")
        with noting:
            password_hash = _text(record, HASHES, field="password")
        with noting:
            fullname = _fullname(record)
        with noting:
            active = _active(record)
    return Candidate(
        place=place,
        username=username,
        fullname=fullname or username,
        password_hash=password_hash,
        disabled=not active,
    )


def _text(record: Mapping[str, object], names: tuple[str, ...], *, field: str) -> str:
    for name in names:
        if name in record:
            value = record[name]
            if isinstance(value, str):
                return value
            raise InvalidInput(Violation(field, "not_text", f"The value of {name} must be a text."))
    raise InvalidInput(Violation(field, "missing", f"There must be a {' or '.join(names)}."))


def _fullname(record: Mapping[str, object]) -> str:
    """Return the full name, or both halves of it, or nothing."""
    whole = [record[name] for name in _FULLNAMES if name in record][:1]
    parts = [part for part in whole or map(record.get, _HALVES) if part is not None]
    if not all(isinstance(part, str) for part in parts):
        raise InvalidInput(Violation("fullname", "not_text", "Must be a text."))
    return " ".join(str(part) for part in parts if part).strip()


def _active(record: Mapping[str, object]) -> bool:
    try:
        return _BOOLEANS[str(record.get("is_active", True)).lower()]
    except KeyError:
        raise InvalidInput(Violation("is_active", "not_a_boolean", "Must be true or false.")) from None
