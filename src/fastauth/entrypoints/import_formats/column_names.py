"""Map the column names of other systems to the fields of an account.

Names are compared without case, white space and punctuation: ``passwordHash``, ``password_hash`` and
``Password Hash`` are the same name, in CSV and in JSON.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from fastauth.entrypoints.import_formats.disabled_columns import rule_for_column
from fastauth.entrypoints.import_formats.disabled_rule import DisabledRule

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
    "email": ("email", "emailaddress", "useremail", "mail"),
    "email_verified": (
        "emailverified", "isemailverified", "emailconfirmed", "isverified", "emailverifiedat",
        "emailconfirmedat", "confirmedat",
    ),
    "totp_secret": (
        "totpsecret", "otpsecret", "mfasecret", "twofactorsecret", "2fasecret", "tfasecret", "totpkey",
        "otpkey", "googleauthenticatorsecret", "authenticatorkey", "totpuri", "otpuri",
    ),
    "totp_enabled": (
        "totpenabled", "otpenabled", "mfaenabled", "twofactorenabled", "is2faenabled", "2faenabled",
        "tfaenabled", "otprequiredforlogin", "twofactorconfirmedat", "totpconfirmedat", "mfaconfirmedat",
    ),
}  # fmt: skip
"""The names of each field, in the order of precedence. `active` and `disabled` have rules instead: see
`fastauth.entrypoints.import_formats.disabled_columns`."""

_SHARED = frozenset({"email", "email_verified"})
"""Fields whose columns may have another meaning as well: an address may be the username."""
_OWN = tuple(wanted for wanted in SYNONYMS if wanted not in _SHARED)

MAX_UNREAD_NAMES = 50
"""Maximum number of unread columns that are reported, and maximum characters of each name."""


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Return the normalised form of a column name."""
    return re.sub(r"[\W_]+", "", name[:256]).casefold()


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The operator's choices for the columns of a file."""

    called: Mapping[str, str] = field(default_factory=dict)
    """Column names for fields of `SYNONYMS`."""
    ignored: frozenset[str] = frozenset()
    """Folded names of columns to ignore."""

    def names_for(self, wanted: str) -> tuple[str, ...]:
        """Return the folded names of a field, in the order of precedence."""
        return (fold(self.called[wanted]),) if wanted in self.called else SYNONYMS[wanted]

    def mapping(self, names: Iterable[str]) -> "ColumnMapping":
        """Return the fields for which these columns are read."""
        by_name: dict[str, list[str]] = {}
        for name in names:
            if fold(name) not in self.ignored:
                by_name.setdefault(fold(name), []).append(name)
        fields = {
            wanted: tuple(name for known in self.names_for(wanted) for name in by_name.get(known, ()))
            for wanted in _SHARED
        }
        fields |= {
            wanted: tuple(name for known in self.names_for(wanted) for name in by_name.pop(known, ()))
            for wanted in sorted(_OWN, key=lambda each: each not in self.called)
        }
        disabled_rules = dict.fromkeys(fields["active"], DisabledRule.ACTIVE)
        disabled_rules |= dict.fromkeys(fields["disabled"], DisabledRule.DISABLED)
        rest = [name for same in by_name.values() for name in same]
        disabled_rules |= {name: rule for name in rest if (rule := rule_for_column(name))}
        return ColumnMapping(
            fields=fields,
            disabled_rules=disabled_rules,
            unread=tuple(
                name
                for name in rest
                if name not in disabled_rules and not any(name in fields[each] for each in _SHARED)
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """The columns of each field."""

    fields: Mapping[str, tuple[str, ...]]
    disabled_rules: Mapping[str, DisabledRule]
    """Columns that may say that an account is disabled."""
    unread: tuple[str, ...]


@dataclass(slots=True)
class ImportNotes:
    """Notes on a whole file, for the report."""

    unread: dict[str, None] = field(default_factory=dict)
    """Names of columns that were not read, in the order of the file."""
    trimmed: int = 0
    """Number of entries with white space around a value."""

    def note(self, mapping: ColumnMapping) -> None:
        """Add the unread columns, up to `MAX_UNREAD_NAMES` in total."""
        for name in mapping.unread:
            if len(self.unread) < MAX_UNREAD_NAMES:
                self.unread.setdefault(name[:MAX_UNREAD_NAMES])
