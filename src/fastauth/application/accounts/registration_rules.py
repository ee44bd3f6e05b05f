"""Which values a registration may give a new account."""

from collections.abc import Container
from dataclasses import dataclass

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.locale import parse_locale
from fastauth.domain.accounts.registration_mode import RegisteredBy, RegistrationMode
from fastauth.domain.accounts.user import NewUser
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector

_RESERVED = Violation("username", "reserved", "This name is reserved.")


@dataclass(frozen=True, slots=True)
class Registration:
    """An account to be stored, and the address that is pending for it."""

    user: NewUser
    email: EmailAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRules:
    """The rules for all of a registration but its credential.

    Nothing else makes a `Registration`, and only with one is an account stored. So no path leads around the
    mode: neither a page nor another credential.
    """

    username_profile: UsernameProfile
    address_profile: AddressProfile
    reserved: Container[str] = frozenset()
    """Canonical usernames that only operators may register."""
    mode: RegistrationMode = RegistrationMode.OPEN

    def parse(
        self, *, username: str, fullname: str, email: str | None, locale: str | None, by: RegisteredBy
    ) -> Registration:
        """Return the account and its address.

        Raises:
            RegistrationClosed: The registration mode does not permit it.
            InvalidInput: Values are not allowed; the error lists all violations.
        """
        self.mode.check(by)
        with ViolationCollector() as collecting:
            with collecting:
                name = Username.parse(username, self.username_profile)
                name.check_is_no_address()
                if by is not RegisteredBy.OPERATOR and name.canonical in self.reserved:
                    raise InvalidInput(_RESERVED)
            with collecting:
                full_name = FullName.parse(fullname)
            with collecting:
                pending = None if email is None else EmailAddress.parse(email, self.address_profile)
            with collecting:
                language = None if locale is None else parse_locale(locale)
        return Registration(NewUser(username=name, fullname=full_name, locale=language), pending)
