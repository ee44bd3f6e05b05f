"""Store a new account, with its e-mail address if there is one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastauth.application.accounts.registration_rules import Registration
from fastauth.application.mail.deadlines import VERIFICATION_MAIL_DEADLINE
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.idempotency.errors import IdempotencyKeyInUse, RequestRepeated
from fastauth.domain.idempotency.key import LIFETIME, AnsweredRequest, RepeatableRequest
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAccount:
    """Store an account in one statement; with an address, in a transaction that also queues its mail."""

    passwords: PasswordRepository
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(
        self,
        registration: Registration,
        *,
        password_hash: PasswordHash,
        request: RepeatableRequest | None = None,
    ) -> User:
        """Store an account with its password and return it. The address is pending until it is verified.

        With `request` it is stored that the request was answered, in the same transaction.

        Raises:
            UsernameTaken: Another account has this username.
            RequestRepeated: A request with the same idempotency key was answered.
            IdempotencyKeyInUse: One is being processed.
            StorageUnavailable: The account may or may not have been stored.
        """
        if registration.email is None and request is None:
            return await self.passwords.add_user(registration.user, password_hash)
        async with self.unit_of_work.begin() as transaction:
            if request:
                await self._check_is_new(transaction, request)
            user = await transaction.passwords.add_user(registration.user, password_hash)
            if request:
                await self._remember(transaction, user, request)
            if registration.email:
                await self._add_address(transaction, user, registration.email)
            await transaction.commit()
        return user

    async def without_password(
        self, registration: Registration, *, add_credential: Callable[[Transaction, User], Awaitable[object]]
    ) -> User:
        """Store an account that has another credential, which `add_credential` stores with it.

        Raises:
            UsernameTaken: Another account has this username.
            StorageUnavailable: The account may or may not have been stored.
        """
        async with self.unit_of_work.begin() as transaction:
            user = await transaction.users.add(registration.user)
            await add_credential(transaction, user)
            if registration.email:
                await self._add_address(transaction, user, registration.email)
            await transaction.commit()
        return user

    async def _check_is_new(self, transaction: Transaction, request: RepeatableRequest) -> None:
        if not await transaction.answered_requests.lock(request.digests):
            raise IdempotencyKeyInUse
        if await transaction.answered_requests.find(request.digests, now=self.clock.now()):
            raise RequestRepeated

    async def _remember(self, transaction: Transaction, user: User, request: RepeatableRequest) -> None:
        now = self.clock.now()
        answered = AnsweredRequest(
            fingerprint=request.fingerprints[0], user_id=user.id, response=None, expires_at=now + LIFETIME
        )
        await transaction.answered_requests.add(request.digest, answered, now=now)

    async def _add_address(self, transaction: Transaction, user: User, pending: EmailAddress) -> None:
        now = self.clock.now()
        await transaction.email_addresses.add_pending(user.id, pending, now=now)
        await transaction.events.record(Event(type=EventType.EMAIL_ADDED, occurred_at=now, user_id=user.id))
        await transaction.outbox.add(
            OutboxKind.VERIFICATION, {}, user_id=user.id, now=now, expires_at=now + VERIFICATION_MAIL_DEADLINE
        )
