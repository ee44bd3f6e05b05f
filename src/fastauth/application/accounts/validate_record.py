"""Validation of one imported record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.ports import SeenUsernames
from fastauth.domain.accounts.user import ExistingUser, NewUser, UserId
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.passwords.ports import PasswordHasher

_TAKEN = Violation(
    "username", "username_taken", "An account has this name with another password, or as its e-mail address."
)


@dataclass(frozen=True, slots=True)
class ValidRecord:
    """A valid record that has not yet been compared with the database."""

    position: int
    old_id: str | None
    new_user: NewUser

    def result(
        self, inserted: Mapping[str, UserId | None], existing: Mapping[str, ExistingUser]
    ) -> ImportResult:
        """Return the outcome, from the ids of inserted accounts and the accounts that existed before."""
        key = self.new_user.username.canonical
        if key in inserted:
            return ImportResult(self.position, Outcome.IMPORTED, (), self.old_id, inserted[key])
        user = existing.get(key)
        if user and user.password_hash == self.new_user.password_hash:
            return ImportResult(self.position, Outcome.EXISTS, (), self.old_id, user.id)
        return ImportResult(self.position, Outcome.REJECTED, (_TAKEN,), self.old_id)


def validate_record(
    record: ImportRecord,
    *,
    hasher: PasswordHasher,
    profile: UsernameProfile,
    seen_usernames: SeenUsernames,
    now: datetime,
) -> ValidRecord | ImportResult:
    """Return the valid record, or the result of a rejected one.

    A record is rejected if its account could not be registered, if no log-in could verify its hash,
    or if its username occurred before in the file.
    """
    try:
        new_user = _new_user(record, hasher, profile, now)
    except InvalidInput as error:
        return ImportResult(record.position, Outcome.REJECTED, error.violations, record.old_id)
    first = seen_usernames.first_position(new_user.username.canonical, record.position)
    if first != record.position:
        duplicate = Violation("username", "duplicate", f"Same username as record {first}.")
        return ImportResult(record.position, Outcome.REJECTED, (duplicate,), record.old_id)
    return ValidRecord(record.position, record.old_id, new_user)


def _new_user(
    record: ImportRecord, hasher: PasswordHasher, profile: UsernameProfile, now: datetime
) -> NewUser:
    with ViolationCollector() as collecting:
        with collecting:
            username = Username.parse(record.username, profile)
        with collecting:
            fullname = FullName.parse(record.fullname)
        with collecting:
            password_hash = hasher.parse_existing(record.password_hash)
    return NewUser(
        username=username,
        fullname=fullname,
        password_hash=password_hash,
        disabled_at=record.disabled_since and min(record.disabled_since, now),
    )
