"""Register a user."""

from collections.abc import Container
from dataclasses import dataclass

from fastauth.application.accounts.store_account import StoreAccount
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.locale import parse_locale
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import NewUser, User
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.email_addresses.address import AddressProfile, EmailAddress
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher

_RESERVED = Violation("username", "reserved", "This name is reserved.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser:
    """Create an account.

    - **username**: 1 to 50 characters of a single script, without spaces, control or invisible
      characters, without ``@``. Spellings that look the same to a person count as the same name.
    - **fullname**: 1 to 50 characters after trimming, without control characters.
    - **password**: any characters, at most 256, taken exactly as sent.
    - **email**: pending until it is verified; any number of accounts may have it pending.
    """

    rate_limiter: RateLimiter
    users: UserRepository
    hasher: PasswordHasher
    username_profile: UsernameProfile
    address_profile: AddressProfile
    password_policy: PasswordPolicy
    store_account: StoreAccount
    reserved: Container[str] = frozenset()
    """Canonical usernames that only operators may register."""

    async def __call__(  # noqa: PLR0913  the members of the request
        self,
        *,
        username: str,
        password: str,
        fullname: str,
        email: str | None = None,
        locale: str | None = None,
        address: str | None,
    ) -> User:
        """Create and return an account. `address` is the client's; ``None`` stands for an operator.

        Raises:
            InvalidInput: Values are not allowed; the error lists all violations.
            TooManyRequests: The network of `address` has reached its limit.
            UsernameTaken: Another account has this username.
            Unavailable: Try again later.
        """
        with ViolationCollector() as collecting:
            with collecting:
                name = Username.parse(username, self.username_profile)
                name.check_is_no_address()
                if address is not None and name.canonical in self.reserved:
                    raise InvalidInput(_RESERVED)
            with collecting:
                full_name = FullName.parse(fullname)
            with collecting:
                secret = self.password_policy.check(password, user_attributes=(username, fullname))
            with collecting:
                pending = None if email is None else EmailAddress.parse(email, self.address_profile)
            with collecting:
                language = None if locale is None else parse_locale(locale)
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_registration(address=address)
        async with self.rate_limiter.refund_on_failure(permit):
            if await self.users.find(name):
                raise UsernameTaken  # before the hash, which is expensive
            new = NewUser(username=name, fullname=full_name, locale=language)
            return await self.store_account(new, password_hash=await self.hasher.hash(secret), email=pending)
