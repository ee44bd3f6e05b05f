"""Reads the value of a column that says whether an account is disabled."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.entrypoints.import_formats.disabled_rule import DisabledRule
from fastauth.entrypoints.import_formats.disabled_words import CLOSING, OPENING, PARTS
from fastauth.entrypoints.import_formats.timestamps import parse_time

MAX_TIME = datetime.max.replace(tzinfo=UTC)
TRUE = frozenset("true t yes y 1 1.0 on".split())
_FALSE = frozenset("false f no n 0 0.0 off".split())
_EMPTY = frozenset({"", "null", r"\n", "none", "nil", "0", "false", "f", "-infinity"})
_ENABLED_STATUSES = frozenset(
    "active enabled ok normal open activated approved valid live current confirmed verified registered"
    " provisioned true".split()
)
_DISABLED_STATUSES = frozenset(
    "false pending invited staged unconfirmed unverified draft recovery lockedout awaiting waiting new"
    " notactive notenabled disapproved unapproved".split()
)


def parse_disabled_since(rule: DisabledRule, name: str, value: object, *, now: datetime) -> datetime | None:
    """Return since when the value of column `name` disables an account, or ``None`` if it does not.

    Raises:
        InvalidInput: The value is not valid for the rule.
    """
    text = _text(value)
    if not _IS_DISABLED[rule](name, text, now):
        return None
    return min(parse_time(text) or now, now) if rule is DisabledRule.DISABLED_SINCE else now


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()[:100].casefold()


def _inactive(name: str, text: str, _now: datetime) -> bool:
    if text in TRUE or text in _FALSE:
        return text in _FALSE
    raise InvalidInput(Violation(name, "not_a_boolean", "Must be true or false."))


def _disabled(name: str, text: str, now: datetime) -> bool:
    return text not in _EMPTY and not _inactive(name, text, now)


def _inactive_since(_name: str, text: str, now: datetime) -> bool:
    return _is_empty_time(text) or (parse_time(text) or now) > now


def _disabled_since(_name: str, text: str, _now: datetime) -> bool:
    return not _is_empty_time(text)


def _inactive_after(_name: str, text: str, now: datetime) -> bool:
    return not _is_empty_time(text) and (parse_time(text) or now) <= now


def _disabled_until(_name: str, text: str, now: datetime) -> bool:
    return not _is_empty_time(text) and (parse_time(text) or MAX_TIME) > now


def _is_disabled_status(name: str, text: str, _now: datetime) -> bool:
    if text == "0" and name.casefold() == "user_status":  # WordPress always writes 0
        return False
    word = re.sub(r"[\W_]+", "", text)
    if word in _ENABLED_STATUSES:
        return False
    if word in _DISABLED_STATUSES or re.search(f"(?:{CLOSING})", word):
        return True
    raise InvalidInput(Violation(name, "unknown_status", "Must be a status word such as active or disabled."))


def _unclear(name: str, text: str, _now: datetime) -> bool:
    if text in _EMPTY - {"0", "false", "f"}:
        return False
    parts = {part.casefold() for part in PARTS.findall(name)}
    closing = any(re.fullmatch(CLOSING, part) for part in parts)
    opening = any(re.fullmatch(OPENING, part) for part in parts)
    if (closing != opening) and text in (_FALSE if closing else TRUE):
        return False
    detail = "May mean that the account is disabled: use --column disabled=, active= or --ignore-column."
    raise InvalidInput(Violation(name, "unclear", detail))


def _is_empty_time(text: str) -> bool:
    return text in _EMPTY or text.startswith(("0000-00-00", "0001-01-01"))  # empty dates of MySQL and .NET


_IS_DISABLED: dict[DisabledRule, Callable[[str, str, datetime], bool]] = {
    DisabledRule.ACTIVE: _inactive,
    DisabledRule.DISABLED: _disabled,
    DisabledRule.ACTIVE_SINCE: _inactive_since,
    DisabledRule.DISABLED_SINCE: _disabled_since,
    DisabledRule.ACTIVE_UNTIL: _inactive_after,
    DisabledRule.DISABLED_UNTIL: _disabled_until,
    DisabledRule.STATUS: _is_disabled_status,
    DisabledRule.UNCLEAR: _unclear,
}
