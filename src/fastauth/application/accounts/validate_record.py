"""Validation of one imported record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fastauth.application.accounts.import_record import ImportRecord, ImportResult, Outcome
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.ports import SeenUsernames
from fastauth.domain.accounts.user import NewUser, UserId
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.email_addresses.record import ImportedAddress
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.passwords.credential import ExistingUser, ImportedUser
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.second_factors.totp_secret import TotpSecret

_TAKEN = Violation(
    "username", "username_taken", "An account has this name with another password, or as its e-mail address."
)
_EMAIL_TAKEN = Violation(
    "email", "email_taken", "Another account has verified this address, or has it as its username."
)


@dataclass(frozen=True, slots=True)
class ValidRecord:
    """A valid record that has not yet been compared with the database."""

    position: int
    old_id: str | None
    new_user: ImportedUser
    imported: ImportedAddress | None = None
    notes: tuple[Violation, ...] = ()
    """Why the address in the file is left out."""
    totp: TotpSecret | None = None

    @property
    def key(self) -> str:
        """The canonical username."""
        return self.new_user.user.username.canonical

    def is_same_as(self, user: ExistingUser) -> bool:
        """Return whether an account with this username has the hash of this record."""
        return user.password_hash == self.new_user.password_hash

    def result(
        self,
        inserted: Mapping[str, UserId | None],
        existing: Mapping[str, ExistingUser],
        taken: frozenset[str] = frozenset(),
    ) -> ImportResult:
        """Return the outcome, from the ids of inserted accounts and the accounts that existed before.

        `taken` has the canonical usernames whose address belongs to another account.
        """
        notes = (_EMAIL_TAKEN,) if self.key in taken else self.notes
        if self.key in inserted:
            return ImportResult(self.position, Outcome.IMPORTED, notes, self.old_id, inserted[self.key])
        user = existing.get(self.key)
        if user and self.is_same_as(user):
            return ImportResult(self.position, Outcome.EXISTS, notes, self.old_id, user.id)
        return ImportResult(self.position, Outcome.REJECTED, (_TAKEN,), self.old_id)


def validate_record(  # noqa: PLR0913  what a record is checked with
    record: ImportRecord,
    *,
    hasher: PasswordHasher,
    profile: UsernameProfile,
    address_profile: AddressProfile,
    seen_usernames: SeenUsernames,
    now: datetime,
) -> ValidRecord | ImportResult:
    """Return the valid record, or the result of a rejected one.

    A record is rejected if its account could not be registered, if no log-in could verify its hash or the
    codes of its authenticator app, or if its username occurred before in the file. An address that is not
    valid, or that an earlier record has verified, is left out.
    """
    try:
        new_user, totp = _new_user(record, hasher, profile, now)
    except InvalidInput as error:
        return ImportResult(record.position, Outcome.REJECTED, error.violations, record.old_id)
    first = seen_usernames.first_position(new_user.user.username.canonical, record.position)
    if first != record.position:
        duplicate = Violation("username", "duplicate", f"Same username as record {first}.")
        return ImportResult(record.position, Outcome.REJECTED, (duplicate,), record.old_id)
    valid = ValidRecord(record.position, record.old_id, new_user, totp=totp)
    try:
        return replace(valid, imported=_imported_address(record, address_profile, seen_usernames))
    except InvalidInput as error:
        return replace(valid, notes=error.violations)


def _imported_address(
    record: ImportRecord, profile: AddressProfile, seen_usernames: SeenUsernames
) -> ImportedAddress | None:
    if record.email is None:
        return None
    address = EmailAddress.parse(record.email, profile)
    if record.email_verified:
        # No username has a space, so one memory serves both.
        first = seen_usernames.first_position(f" {address.key}", record.position)
        if first != record.position:
            raise InvalidInput(Violation("email", "duplicate", f"Same address as record {first}."))
    return ImportedAddress(address=address, is_verified=record.email_verified)


def _new_user(
    record: ImportRecord, hasher: PasswordHasher, profile: UsernameProfile, now: datetime
) -> tuple[ImportedUser, TotpSecret | None]:
    with ViolationCollector() as collecting:
        with collecting:
            username = Username.parse(record.username, profile)
        with collecting:
            fullname = FullName.parse(record.fullname)
        with collecting:
            password_hash = hasher.parse_existing(record.password_hash)
        with collecting:
            totp = None if record.totp_secret is None else TotpSecret.parse(record.totp_secret)
    disabled_at = record.disabled_since and min(record.disabled_since, now)
    user = NewUser(username=username, fullname=fullname, disabled_at=disabled_at)
    return ImportedUser(user, password_hash), totp
