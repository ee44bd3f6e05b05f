"""What the columns of other systems are called, and which of them is which here.

Names are compared without case, blanks and punctuation: ``passwordHash``, ``password_hash`` and
``Password Hash`` are one name, in CSV and in JSON alike.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from fastauth.entrypoints.import_formats.disabled_columns import DisabledRule, rule_for_column

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "username": (
        "username", "login", "userlogin", "loginname", "preferredusername", "samaccountname",
        "email", "emailaddress", "useremail", "mail",
    ),
    "password": (
        "passwordhash", "hashedpassword", "encryptedpassword", "passworddigest", "userpass",
        "userpassword", "pwhash", "password", "passwd", "pwd", "pass", "hash",
    ),
    "fullname": ("fullname", "displayname", "name", "realname"),
    "first_name": ("firstname", "givenname"),
    "last_name": ("lastname", "familyname", "surname"),
    "id": ("id", "pk", "userid", "uid", "uuid", "guid", "localid", "sub"),
    "active": (),
    "disabled": (),
}  # fmt: skip
"""For each field the names that mean it, the one that counts first. `active` and `disabled` have
rules instead of names: see `fastauth.entrypoints.import_formats.disabled_columns`."""

MAX_UNREAD_NAMES = 50
"""Columns that are listed as not read, and characters of each name."""


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return what all spellings of a column's name have in common."""
    return re.sub(r"[\W_]+", "", name[:256]).casefold()


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What an operator says of a file's columns."""

    called: Mapping[str, str] = field(default_factory=dict)
    """For some of the fields of `SYNONYMS` the one column that is meant."""
    ignored: frozenset[str] = frozenset()
    """Columns that say nothing, whatever they are called; folded."""

    def names_for(self, wanted: str) -> tuple[str, ...]:
        """Return the folded names of a field, the one that counts first."""
        return (folded(self.called[wanted]),) if wanted in self.called else SYNONYMS[wanted]

    def mapping(self, names: Iterable[str]) -> "ColumnMapping":
        """Return which of these columns is read for what."""
        by_name: dict[str, list[str]] = {}
        for name in names:
            if folded(name) not in self.ignored:
                by_name.setdefault(folded(name), []).append(name)
        fields = {
            wanted: tuple(name for known in self.names_for(wanted) for name in by_name.pop(known, ()))
            for wanted in sorted(SYNONYMS, key=lambda each: each not in self.called)
        }
        disabled_rules = dict.fromkeys(fields["active"], DisabledRule.ACTIVE)
        disabled_rules |= dict.fromkeys(fields["disabled"], DisabledRule.DISABLED)
        rest = [name for same in by_name.values() for name in same]
        disabled_rules |= {name: rule for name in rest if (rule := rule_for_column(name))}
        return ColumnMapping(
            fields=fields,
            disabled_rules=disabled_rules,
            unread=tuple(name for name in rest if name not in disabled_rules),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Which columns are read for what."""

    fields: Mapping[str, tuple[str, ...]]
    disabled_rules: Mapping[str, DisabledRule]
    """Those that tell whether an account is closed."""
    unread: tuple[str, ...]


@dataclass(slots=True)
class ImportNotes:
    """What is worth telling of a whole file."""

    unread: dict[str, None] = field(default_factory=dict)
    """The first names of columns that were not read."""
    trimmed: int = 0
    """Entries with blanks around a value."""

    def note(self, mapping: ColumnMapping) -> None:
        """Remember the columns that are not read, `MAX_UNREAD_NAMES` of them."""
        for name in mapping.unread:
            if len(self.unread) < MAX_UNREAD_NAMES:
                self.unread.setdefault(name[:MAX_UNREAD_NAMES])
