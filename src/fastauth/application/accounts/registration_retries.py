"""Answer a registration that is sent again."""

from contextlib import suppress
from dataclasses import dataclass

from fastauth.application.accounts.registration_rules import Registration
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput, Unavailable
from fastauth.domain.idempotency.errors import REUSED
from fastauth.domain.idempotency.key import IdempotencyKey, RepeatableRequest, RepeatableRequests
from fastauth.domain.idempotency.ports import AnsweredRequestRepository
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRetries:
    """Distinguish a registration that is sent again from another one.

    Nothing is stored of its password but the hash of the account. So the password of a retry is verified like
    that of a log-in, counted like one, and recorded like one if it fails: an attacker who has read a key gets
    no more guesses than at a log-in, and each wrong one is recorded.
    """

    requests: RepeatableRequests
    answered: AnsweredRequestRepository
    users: UserRepository
    passwords: PasswordRepository
    hasher: PasswordHasher
    rate_limiter: RateLimiter
    events: EventLog
    pseudonyms: UsernamePseudonyms
    clock: Clock

    def request(self, key: IdempotencyKey | None, **fields: str | None) -> RepeatableRequest | None:
        """Return the registration with this key; `fields` are what was sent, without the password."""
        if key is None:
            return None
        return self.requests.request(key, operation="register", payload=fields)

    async def answer(
        self,
        request: RepeatableRequest | None,
        registration: Registration,
        password: Password,
        *,
        address: str | None,
    ) -> User:
        """Return the account that the same request created. ``None`` stands for one without a key.

        The work is the same whether the password differs or something else.

        Raises:
            UsernameTaken: No request was sent with this key.
            InvalidInput: Another request was sent with this key.
            TooManyRequests: The network of `address` has reached its limit.
            Unavailable: Try again later.
        """
        if request is None:
            raise UsernameTaken
        answered = await self.answered.find(request.digests, now=self.clock.now())
        user = answered and answered.user_id and await self.users.get(answered.user_id)
        if not answered or not user:
            raise UsernameTaken
        permit = await self.rate_limiter.check_login(user.username, address=address or "", device=None)
        is_same = permit.allowed and request.is_same_as(answered) and not user.disabled_at
        stored = await self.passwords.get(user.id)
        async with self.rate_limiter.refund_on_failure(permit):
            try:
                await self.hasher.verify_and_update(password, stored if is_same else None)
            except InvalidCredentials:
                await self._record_failure(user)
                raise InvalidInput(REUSED) from None
        await self.rate_limiter.refund(permit)
        new = registration.user
        return User(id=user.id, username=new.username, fullname=new.fullname, locale=new.locale)

    async def _record_failure(self, user: User) -> None:
        digest = self.pseudonyms.digest(user.username)
        event = Event(type=EventType.LOGIN_FAILED, occurred_at=self.clock.now(), username_digest=digest)
        with suppress(Unavailable):  # the answer is the same, as after a log-in
            await self.events.record(event)
