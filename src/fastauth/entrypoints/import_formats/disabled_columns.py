"""Detect columns that say that an account is disabled, and read them.

No list of names would be complete, so a name is parsed: a word such as ``disabled`` or ``active``, filler
words around it such as ``is`` and ``account``, and an ending such as ``at`` or ``until``. A name that has
such a word and cannot be parsed completely is `DisabledRule.UNCLEAR`.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, auto

from fastauth.domain.errors import InvalidInput, Violation


class DisabledRule(Enum):
    """How a column says whether an account is disabled."""

    ACTIVE = auto()
    """A boolean: false disables."""
    DISABLED = auto()
    """A boolean: true disables."""
    ACTIVE_SINCE = auto()
    """A time: an empty or future one disables."""
    DISABLED_SINCE = auto()
    """A time: any disables."""
    ACTIVE_UNTIL = auto()
    """A time: a past one disables."""
    DISABLED_UNTIL = auto()
    """A time: a future one disables."""
    STATUS = auto()
    """A word such as ``active`` or ``banned``."""
    UNCLEAR = auto()
    """The meaning is ambiguous: only values that disable in no reading are accepted."""


_CLOSING = (
    "(?:disabled?|block(?:ed)?|(?:black|block)list(?:ed)?|(?:shadow)?ban(?:ned)?|lock(?:ed)?(?:out)?|suspend(?:ed)?"
    "|suspension|(?:soft)?deleted?|deletion|archived?|inactive|inactivated|deactivated?|deactivation|closed?"
    "|closure|revoked?|expired|frozen|freeze|terminated?|termination|removed?|retired|discarded|trashed|purged"
    "|deprovisioned|prohibit(?:ed)?|forbidden|denied|rejected|quarantined|barred|restricted|kicked|left"
    "|obsoleted?|defunct|anonymi[sz]ed|dormant|paused|cancell?ed|unsubscribed|dead|(?:on)?hold)"
)
_OPENING = "(?:active|enabled?|activated|approved|allow(?:ed)?|permitted|can|valid|live|open|granted|current)"
_STATUS = "(?:status|state)"
_FILL = (
    "(?:is|has|been|was|the|accounts?|acct|users?|login|logon|signin|member|profile|admin"
    "|administratively|permanently|temporarily|currently|credentials?|flag|yn)"
)
_SINCE = "(?:at|on|since|when|date|datetime|time|timestamp|ts|utc|from)"
_UNTIL = "(?:until|till|ends?|expires|expiry|date|utc|at|to)"
_ENDS = re.compile(
    f"{_FILL}*?(?:(?:expires?|expiry|expiration|validto)(?:at|on|date|time|utc)*|{_OPENING}(?:until|till))"
)
_NAME = re.compile(
    f"{_FILL}*?(?P<non>non|not|un|never)?(?:(?P<closing>{_CLOSING})|(?P<opening>{_OPENING}))"
    f"(?:(?P<truth>{_FILL}*)|(?P<since>{_FILL}*{_SINCE}+)|(?P<until>{_UNTIL}+))"
)
_WORD_OF_STATUS = re.compile(rf"{_FILL}*?(?:{_STATUS})(?:code|name|id|text)?")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SUSPECT = re.compile(f"(?:{_CLOSING}|{_OPENING}|{_STATUS}|lockout)")
_LONG_SUSPECTS = re.compile(
    "disable|block|banned|locked|suspen|delet|archiv|inactiv|deactiv|enable|revoke|frozen|terminat"
    "|prohibit|forbid|denied|quarantin|status"
)
_HARMLESS = frozenset(
    "last two 2fa mfa totp otp factor factors email mail phone sms mobile notification notifications"
    " newsletter marketing address billing shipping country home unlock count attempts directory".split()
)
_SPECIAL = {"lockoutenabled": None, "useraccountcontrol": DisabledRule.UNCLEAR}
"""``LockoutEnabled`` of ASP.NET Identity says that an account can be locked, not that it is. Bit 1 of Active
Directory's ``userAccountControl`` disables an account."""

MAX_NAME_LENGTH = 64
"""Characters of a column name that are parsed, which bounds the time of the regular expressions."""

MAX_TIME = datetime.max.replace(tzinfo=UTC)
MAX_SECONDS = 100_000_000_000
"""Seconds since 1970 in the year 5138. Larger numbers are milliseconds."""

_TRUE = frozenset("true t yes y 1 1.0 on".split())
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


def rule_for_column(name: str) -> DisabledRule | None:
    """Return how a column of this name says whether an account is disabled, or ``None`` if it does not."""
    name = name[:MAX_NAME_LENGTH]
    plain = re.sub(r"[\W_]+", "", name).casefold()
    if plain in _SPECIAL:
        return _SPECIAL[plain]
    if found := _NAME.fullmatch(plain):
        return _rule_for_match(found)
    if _WORD_OF_STATUS.fullmatch(plain):
        return DisabledRule.STATUS
    if _ENDS.fullmatch(plain):
        return DisabledRule.ACTIVE_UNTIL
    parts = [part.casefold() for part in _PARTS.findall(name)]
    if _HARMLESS.intersection(parts):
        return None
    return (
        DisabledRule.UNCLEAR if any(map(_SUSPECT.fullmatch, parts)) or _LONG_SUSPECTS.search(plain) else None
    )


def _rule_for_match(found: re.Match[str]) -> DisabledRule:
    closing = bool(found["closing"]) != bool(found["non"])
    if found["truth"] is not None:
        return DisabledRule.DISABLED if closing else DisabledRule.ACTIVE
    if found["since"] is not None:
        return DisabledRule.DISABLED_SINCE if closing else DisabledRule.ACTIVE_SINCE
    return DisabledRule.DISABLED_UNTIL if closing else DisabledRule.ACTIVE_UNTIL


def parse_disabled_since(rule: DisabledRule, name: str, value: object, *, now: datetime) -> datetime | None:
    """Return since when the value of column `name` disables an account, or ``None`` if it does not.

    Raises:
        InvalidInput: The value is not valid for the rule.
    """
    text = _text(value)
    if not _IS_DISABLED[rule](name, text, now):
        return None
    return min(_parse_time(text) or now, now) if rule is DisabledRule.DISABLED_SINCE else now


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()[:100].casefold()


def _inactive(name: str, text: str, _now: datetime) -> bool:
    if text in _TRUE or text in _FALSE:
        return text in _FALSE
    raise InvalidInput(Violation(name, "not_a_boolean", "Must be true or false."))


def _disabled(name: str, text: str, now: datetime) -> bool:
    return text not in _EMPTY and not _inactive(name, text, now)


def _inactive_since(_name: str, text: str, now: datetime) -> bool:
    return _is_empty_time(text) or (_parse_time(text) or now) > now


def _disabled_since(_name: str, text: str, _now: datetime) -> bool:
    return not _is_empty_time(text)


def _inactive_after(_name: str, text: str, now: datetime) -> bool:
    return not _is_empty_time(text) and (_parse_time(text) or now) <= now


def _disabled_until(_name: str, text: str, now: datetime) -> bool:
    return not _is_empty_time(text) and (_parse_time(text) or MAX_TIME) > now


def _is_disabled_status(name: str, text: str, _now: datetime) -> bool:
    if text == "0" and name.casefold() == "user_status":  # WordPress always writes 0
        return False
    word = re.sub(r"[\W_]+", "", text)
    if word in _ENABLED_STATUSES:
        return False
    if word in _DISABLED_STATUSES or re.search(f"(?:{_CLOSING})", word):
        return True
    raise InvalidInput(Violation(name, "unknown_status", "Must be a status word such as active or disabled."))


def _unclear(name: str, text: str, _now: datetime) -> bool:
    if text in _EMPTY - {"0", "false", "f"}:
        return False
    parts = {part.casefold() for part in _PARTS.findall(name)}
    closing = any(re.fullmatch(_CLOSING, part) for part in parts)
    opening = any(re.fullmatch(_OPENING, part) for part in parts)
    if (closing != opening) and text in (_FALSE if closing else _TRUE):
        return False
    detail = "May mean that the account is disabled: use --column disabled=, active= or --ignore-column."
    raise InvalidInput(Violation(name, "unclear", detail))


def _is_empty_time(text: str) -> bool:
    return text in _EMPTY or text.startswith(("0000-00-00", "0001-01-01"))  # empty dates of MySQL and .NET


def _parse_time(text: str) -> datetime | None:
    """Parse ISO 8601, or seconds or milliseconds since 1970."""
    try:
        if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > MAX_SECONDS else seconds, UTC)
        moment = datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", text.replace("z", "+00:00")))
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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
