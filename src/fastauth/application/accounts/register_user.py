"""Register a user."""

from dataclasses import dataclass
from functools import partial

from fastauth.application.accounts.check_name import CheckName
from fastauth.application.accounts.registration_retries import RegistrationRetries
from fastauth.application.accounts.registration_rules import RegistrationRules
from fastauth.application.accounts.store_account import StoreAccount
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.accounts.user import User
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.idempotency.errors import RequestRepeated
from fastauth.domain.idempotency.key import IdempotencyKey
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser:
    """Create an account, by `RegistrationRules` and `PasswordPolicy`. A password is taken exactly as sent."""

    rate_limiter: RateLimiter
    check_name: CheckName
    hasher: PasswordHasher
    rules: RegistrationRules
    password_policy: PasswordPolicy
    store_account: StoreAccount
    retries: RegistrationRetries

    async def __call__(  # noqa: PLR0913  the members of the request
        self,
        *,
        username: str,
        password: str,
        fullname: str,
        email: str | None = None,
        locale: str | None = None,
        address: str | None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> User:
        """Create and return an account. `address` is the client's; ``None`` stands for an operator.

        The same request with the same `idempotency_key` returns the same account again, for 24 hours.

        Raises:
            RegistrationClosed: Only operators, or invited persons, may create accounts.
            InvalidInput: Values are not allowed; the error lists all violations.
            TooManyRequests: The network of `address` has reached its limit.
            UsernameTaken: Another account has this username, or had it and was erased not long ago.
            IdempotencyKeyInUse: A request with this key is being processed.
            Unavailable: Try again later.
        """
        with ViolationCollector() as collecting:
            with collecting:
                registration = self.rules.parse(
                    username=username,
                    fullname=fullname,
                    email=email,
                    locale=locale,
                    by=RegisteredBy.OPERATOR if address is None else RegisteredBy.SELF,
                )
            with collecting:
                secret = self.password_policy.check(password, user_attributes=(username, fullname))
        request = self.retries.request(
            idempotency_key, username=username, fullname=fullname, email=email, locale=locale
        )
        repeated = partial(self.retries.answer, request, registration, secret, address=address)
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_registration(address=address)
        async with self.rate_limiter.refund_on_failure(permit):
            try:  # before the hash, which is expensive
                await self.check_name(registration.user.username, by_operator=address is None)
            except UsernameTaken:
                return await repeated()
            password_hash = await self.hasher.hash(secret)
            try:
                return await self.store_account(registration, password_hash=password_hash, request=request)
            except RequestRepeated:
                return await repeated()
