"""Register a user."""

from dataclasses import dataclass

from fastauth.application.accounts.registration_rules import RegistrationRules
from fastauth.application.accounts.store_account import StoreAccount
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.accounts.user import User
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher


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
    rules: RegistrationRules
    password_policy: PasswordPolicy
    store_account: StoreAccount

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
            RegistrationClosed: Only operators, or whoever is invited, may create accounts.
            InvalidInput: Values are not allowed; the error lists all violations.
            TooManyRequests: The network of `address` has reached its limit.
            UsernameTaken: Another account has this username.
            Unavailable: Try again later.
        """
        with ViolationCollector() as collecting:
            with collecting:
                registration = self.rules.parse(
                    username=username,
                    fullname=fullname,
                    email=email,
                    locale=locale,
                    by=RegisteredBy.OPERATOR if address is None else RegisteredBy.ANYBODY,
                )
            with collecting:
                secret = self.password_policy.check(password, user_attributes=(username, fullname))
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_registration(address=address)
        async with self.rate_limiter.refund_on_failure(permit):
            if await self.users.find(registration.user.username):
                raise UsernameTaken  # before the hash, which is expensive
            return await self.store_account(registration, password_hash=await self.hasher.hash(secret))
