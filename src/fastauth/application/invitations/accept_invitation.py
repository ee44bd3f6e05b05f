"""Accept an invitation with a new account."""

from dataclasses import dataclass

from fastauth.application.accounts.check_name import CheckName
from fastauth.application.accounts.registration_rules import Registration, RegistrationRules
from fastauth.application.invitations.acceptance import Acceptance
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.registration_mode import RegisteredBy
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.invitations.errors import LogInToAccept
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation:
    """Create an account by an invitation. The invited address is verified, and the account has the roles."""

    acceptance: Acceptance
    rate_limiter: RateLimiter
    check_name: CheckName
    email_addresses: EmailAddressRepository
    hasher: PasswordHasher
    rules: RegistrationRules
    password_policy: PasswordPolicy
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(  # noqa: PLR0913  the members of the request
        self, *, token: str, username: str, password: str, fullname: str, locale: str | None, address: str
    ) -> User:
        """Create and return the account. Unless it is created, the token stays valid.

        Raises:
            RegistrationClosed: Only operators may create accounts.
            InvalidInput: Values are not allowed; the error lists all violations.
            TooManyRequests: The network of `address` has reached its limit.
            InvalidLink: The token is not valid, or the invitation no longer counts.
            LogInToAccept: An account has the invited address.
            UsernameTaken: Another account has this username, or had it and was erased not long ago.
            Unavailable: Try again later.
        """
        with ViolationCollector() as collecting:
            with collecting:
                registration = self.rules.parse(
                    username=username,
                    fullname=fullname,
                    email=None,
                    locale=locale,
                    by=RegisteredBy.INVITATION,
                )
            with collecting:
                secret = self.password_policy.check(password, user_attributes=(username, fullname))
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_registration(address=address)
        async with self.rate_limiter.refund_on_failure(permit):
            invitation = await self.acceptance.find(token)  # a guess costs no hash
            if await self.email_addresses.find_owner(invitation.email.key):
                raise LogInToAccept
            await self.check_name(registration.user.username)
            return await self._store(token, registration, await self.hasher.hash(secret))

    async def _store(self, token: str, registration: Registration, password_hash: PasswordHash) -> User:
        async with self.unit_of_work.begin() as transaction:
            invitation = await self.acceptance.take(transaction, token)
            user = await transaction.passwords.add_user(registration.user, password_hash)
            now = self.clock.now()
            await transaction.email_addresses.add_pending(user.id, invitation.email, now=now)
            try:
                await transaction.email_addresses.verify(user.id, invitation.email.key, now=now)
            except EmailTaken:
                raise LogInToAccept from None
            event = Event(type=EventType.EMAIL_VERIFIED, occurred_at=now, user_id=user.id)
            await transaction.events.record(event)
            await self.acceptance.give(transaction, invitation, user.id)
            await transaction.commit()
        return user
