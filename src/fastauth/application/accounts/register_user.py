"""Register a user."""

from collections.abc import Container
from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.errors import InvalidInput, Violation, ViolationCollector
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher

_RESERVED = Violation("username", "reserved", "This name is reserved.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser:
    """Create an account.

    - **username**: 1 to 50 characters of a single script, without spaces, control or invisible
      characters. Two spellings that a person would take for one name are one name.
    - **fullname**: 1 to 50 characters after trimming, without control characters.
    - **password**: any characters, at most 256, taken exactly as sent.
    """

    rate_limiter: RateLimiter
    users: UserRepository
    hasher: PasswordHasher
    username_profile: UsernameProfile
    password_policy: PasswordPolicy
    reserved: Container[str] = frozenset()
    """Keys of names that operators alone may give."""

    async def __call__(self, *, username: str, password: str, fullname: str, address: str | None) -> User:
        """Create an account for somebody at `address`, or for an operator, who has none; return it.

        Raises:
            InvalidInput: A value breaks a rule; all of them are named at once.
            TooManyRequests: Too many came from the network of `address`.
            UsernameTaken: The name belongs to somebody.
            Unavailable: Try again later.
        """
        with ViolationCollector() as collecting:
            with collecting:
                name = Username.parse(username, self.username_profile)
                if address is not None and name.canonical in self.reserved:
                    raise InvalidInput(_RESERVED)
            with collecting:
                full_name = FullName.parse(fullname)
            with collecting:
                secret = self.password_policy.check(password, user_attributes=(username, fullname))
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_registration(address=address)
        async with self.rate_limiter.refund_on_failure(permit):
            if await self.users.find(name):
                raise UsernameTaken  # before the hash: a taken name buys no work
            password_hash = await self.hasher.hash(secret)
            return await self.users.add(username=name, fullname=full_name, password_hash=password_hash)
