"""A row of each kind that an account owns, stored and looked for through the ports."""

from datetime import datetime, timedelta
from secrets import token_bytes
from typing import ClassVar

from tests.builders import a_credential, a_name, a_password_hash, a_session, an_address, an_api_key

from fastauth.domain.accounts.user import User
from fastauth.domain.idempotency.key import AnsweredRequest, Fingerprint, RequestDigest
from fastauth.domain.invitations.invitation import InvitationId, NewInvitation
from fastauth.domain.one_time_tokens.token import OneTimeTokenDigest, Purpose
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.passkeys.passkey import PasskeyName, UserHandle
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.second_factors.recovery_code import RecoveryCodeDigest
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.unit_of_work import Transaction, UnitOfWork

DAY = timedelta(days=1)


class RowsOfAnAccount:
    NAMES: ClassVar = {
        *("address", "role", "session", "API key", "passkey", "handle", "TOTP"),
        *("recovery code", "one-time token", "invitation", "answered request", "outbox"),
    }

    def __init__(
        self, user: User, unit_of_work: UnitOfWork, outbox: OutboxQueue, *, now: datetime, due_at: datetime
    ) -> None:
        self._user = user
        self._unit_of_work = unit_of_work
        self._outbox = outbox
        self._now, self._due_at = now, due_at
        self._credential = a_credential()
        self._token = OneTimeTokenDigest(token_bytes(32))
        self._request = RequestDigest(token_bytes(32))
        self._invitation = InvitationId(0)

    async def add(self) -> None:
        """Store each row."""
        user_id, now = self._user.id, self._now
        async with self._unit_of_work.begin() as transaction:
            await transaction.passwords.set(user_id, a_password_hash())
            await transaction.sessions.add(
                a_session(self._user, now=now), proof=PasswordProof(a_password_hash()), max_sessions=9
            )
            await transaction.email_addresses.add_pending(user_id, an_address(), now=now)
            await transaction.roles.lock()
            await transaction.roles.grant(user_id, UserRole(role="auditor", granted_at=now))
            await transaction.api_keys.add(an_api_key(self._user, now=now))
            await transaction.passkeys.add(
                user_id,
                self._credential,
                handle=UserHandle(token_bytes(32)),
                name=PasskeyName("Phone"),
                now=now,
            )
            await transaction.second_factors.enrol(user_id, sealed="sealed", now=now)
            code = RecoveryCodeDigest(token_bytes(32))
            await transaction.second_factors.replace_recovery_codes(user_id, (code,), now=now)
            await self._add_what_refers_to_it(transaction)
            await transaction.commit()

    async def _add_what_refers_to_it(self, transaction: Transaction) -> None:
        user_id, now, end = self._user.id, self._now, self._now + DAY
        await transaction.one_time_tokens.issue(
            digest=self._token, purpose=Purpose.RESET_PASSWORD, user_id=user_id, now=now, expires_at=end
        )
        invitation = NewInvitation(
            email=an_address(), locale=None, roles=(), invited_by=user_id, created_at=now, expires_at=end
        )
        self._invitation = (await transaction.invitations.add(invitation)).id
        fingerprint = Fingerprint(a_name().encode())
        answered = AnsweredRequest(fingerprint=fingerprint, user_id=user_id, response=None, expires_at=end)
        await transaction.answered_requests.add(self._request, answered, now=now)
        await transaction.outbox.add(OutboxKind.NOTICE, {}, user_id=user_id, now=now, due_at=self._due_at)

    async def names(self) -> set[str]:
        """Return the names of the rows that are stored."""
        user_id, now = self._user.id, self._now
        async with self._unit_of_work.begin() as transaction:
            found: dict[str, object] = {
                "address": (await transaction.email_addresses.of_user(user_id)).pending,
                "role": await transaction.roles.of_user(user_id),
                "session": await transaction.sessions.list_active(user_id, now=now, limit=9),
                "API key": await transaction.api_keys.of_user(user_id),
                "passkey": await transaction.passkeys.of_user(user_id),
                "handle": await transaction.passkeys.handle_of(user_id),
                "TOTP": await transaction.second_factors.find(user_id),
                "recovery code": await transaction.second_factors.count_recovery_codes(user_id),
                "one-time token": await transaction.one_time_tokens.find_open(
                    (self._token,), purpose=Purpose.RESET_PASSWORD, now=now
                ),
                "invitation": await transaction.invitations.find(self._invitation, now=now),
                "answered request": await transaction.answered_requests.find((self._request,), now=now),
            }
        waiting = await self._outbox.records(waiting=True, limit=100)
        found["outbox"] = [each for each in waiting if each.user_id == user_id]
        return {name for name, each in found.items() if each}
