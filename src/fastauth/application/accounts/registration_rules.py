"""What a registration may say of a new account."""

from collections.abc import Container
from dataclasses import dataclass

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.locale import parse_locale
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
    """The rules for all of a registration but its credential."""

    username_profile: UsernameProfile
    address_profile: AddressProfile
    reserved: Container[str] = frozenset()
    """Canonical usernames that only operators may register."""

    def parse(
        self, *, username: str, fullname: str, email: str | None, locale: str | None, by_operator: bool
    ) -> Registration:
        """Return the account and its address.

        Raises:
            InvalidInput: Values are not allowed; the error lists all violations.
        """
        with ViolationCollector() as collecting:
            with collecting:
                name = Username.parse(username, self.username_profile)
                name.check_is_no_address()
                if not by_operator and name.canonical in self.reserved:
                    raise InvalidInput(_RESERVED)
            with collecting:
                full_name = FullName.parse(fullname)
            with collecting:
                pending = None if email is None else EmailAddress.parse(email, self.address_profile)
            with collecting:
                language = None if locale is None else parse_locale(locale)
        return Registration(NewUser(username=name, fullname=full_name, locale=language), pending)
