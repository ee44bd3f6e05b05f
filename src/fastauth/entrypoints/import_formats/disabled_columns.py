"""Detects columns that say that an account is disabled.

No list of names would be complete, so a name is parsed: a word such as ``disabled`` or ``active``, filler
words around it such as ``is`` and ``account``, and an ending such as ``at`` or ``until``. A name that has
such a word and cannot be parsed completely is `DisabledRule.UNCLEAR`.
"""

import re

from fastauth.entrypoints.import_formats.disabled_rule import DisabledRule
from fastauth.entrypoints.import_formats.disabled_words import CLOSING, OPENING, PARTS

_STATUS = "(?:status|state)"
_FILL = (
    "(?:is|has|been|was|the|accounts?|acct|users?|login|logon|signin|member|profile|admin"
    "|administratively|permanently|temporarily|currently|credentials?|flag|yn)"
)
_SINCE = "(?:at|on|since|when|date|datetime|time|timestamp|ts|utc|from)"
_UNTIL = "(?:until|till|ends?|expires|expiry|date|utc|at|to)"
_ENDS = re.compile(
    f"{_FILL}*?(?:(?:expires?|expiry|expiration|validto)(?:at|on|date|time|utc)*|{OPENING}(?:until|till))"
)
_NAME = re.compile(
    f"{_FILL}*?(?P<non>non|not|un|never)?(?:(?P<closing>{CLOSING})|(?P<opening>{OPENING}))"
    f"(?:(?P<truth>{_FILL}*)|(?P<since>{_FILL}*{_SINCE}+)|(?P<until>{_UNTIL}+))"
)
_WORD_OF_STATUS = re.compile(rf"{_FILL}*?(?:{_STATUS})(?:code|name|id|text)?")
_SUSPECT = re.compile(f"(?:{CLOSING}|{OPENING}|{_STATUS}|lockout)")
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
    parts = [part.casefold() for part in PARTS.findall(name)]
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
