"""Second factors in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tests.fakes.one_time_tokens import FakeOneTimeTokenRepository
from tests.fakes.rate_limits import FakeCounterRepository
from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.one_time_tokens.token import NewToken, OneTimeTokenDigest, Purpose
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.second_factors.challenge import OpenChallenge
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.recovery_code import RecoveryCodeDigest
from fastauth.domain.second_factors.totp import MAX_FAILURES, Step, Totp

PURPOSE = Purpose.SECOND_FACTOR


class FakeSecondFactorRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def enrol(self, user_id: UserId, *, sealed: str, now: datetime) -> bool:
        known = self.storage.totp.get(user_id)
        if known and known.confirmed_at:
            return False
        self.storage.totp[user_id] = Totp(
            user_id=user_id, sealed=sealed, confirmed_at=None, last_step=Step(0), failures=0
        )
        return True

    async def methods_of(self, user_id: UserId) -> tuple[SecondFactorMethod, ...]:
        totp = self.storage.totp.get(user_id)
        usable = {
            SecondFactorMethod.PASSKEY: any(
                each.user_id == user_id for each in self.storage.passkeys.values()
            ),
            SecondFactorMethod.TOTP: totp and totp.confirmed_at and not totp.is_locked,
            SecondFactorMethod.RECOVERY_CODE: await self.count_recovery_codes(user_id),
        }
        return tuple(method for method in SecondFactorMethod if usable.get(method))

    async def add_imported(self, sealed: Mapping[UserId, str], *, step: Step, now: datetime) -> None:
        for user_id, text in sealed.items():
            assert await self.enrol(user_id, sealed=text, now=now)
            assert await self.confirm(user_id, sealed=text, step=step, now=now)
            assert await self.require(user_id, now=now)

    async def find(self, user_id: UserId) -> Totp | None:
        return self.storage.totp.get(user_id)

    async def confirm(self, user_id: UserId, *, sealed: str, step: Step, now: datetime) -> bool:
        known = self.storage.totp.get(user_id)
        if known is None or known.confirmed_at or known.sealed != sealed:
            return False
        self.storage.totp[user_id] = replace(known, confirmed_at=now, last_step=step, failures=0)
        return True

    async def count_attempt(self, user_id: UserId, *, most: int = MAX_FAILURES) -> Totp | None:
        known = self.storage.totp.get(user_id)
        if known is None or known.confirmed_at is None or known.failures >= min(most, MAX_FAILURES):
            return None
        self.storage.totp[user_id] = replace(known, failures=known.failures + 1)
        return self.storage.totp[user_id]

    async def accept(self, user_id: UserId, step: Step) -> bool:
        known = self.storage.totp.get(user_id)
        if known is None or known.confirmed_at is None or step <= known.last_step:
            return False
        self.storage.totp[user_id] = replace(known, last_step=step, failures=0)
        return True

    async def use_recovery_code(
        self, user_id: UserId, digests: Sequence[RecoveryCodeDigest], *, now: datetime
    ) -> bool:
        for digest in digests:
            if self.storage.recovery_codes.get(digest) == (user_id, None):
                self.storage.recovery_codes[digest] = user_id, now
                if known := self.storage.totp.get(user_id):
                    self.storage.totp[user_id] = replace(known, failures=0)
                return True
        return False

    async def replace_recovery_codes(
        self,
        user_id: UserId,
        digests: Sequence[RecoveryCodeDigest],
        *,
        now: datetime,
    ) -> None:
        codes = self.storage.recovery_codes
        for digest in [digest for digest, (owner, _) in codes.items() if owner == user_id]:
            del codes[digest]
        codes.update((digest, (user_id, None)) for digest in digests)

    async def count_recovery_codes(self, user_id: UserId) -> int:
        return list(self.storage.recovery_codes.values()).count((user_id, None))

    async def remove_totp(self, user_id: UserId) -> bool:
        known = self.storage.totp.pop(user_id, None)
        return known is not None and known.confirmed_at is not None

    async def lock(self, user_id: UserId) -> None:
        pass

    async def require(self, user_id: UserId, *, now: datetime) -> bool:
        user = self.storage.users.get(user_id)
        if user is None or user.has_second_factor:
            return False
        self.storage.users[user_id] = replace(user, has_second_factor=True)
        return True

    async def release(self, user_id: UserId) -> bool:
        user, totp = self.storage.users.get(user_id), self.storage.totp.get(user_id)
        has_passkey = any(each.user_id == user_id for each in self.storage.passkeys.values())
        if user is None or has_passkey or (totp and totp.confirmed_at):
            return False
        self.storage.users[user_id] = replace(user, has_second_factor=False)
        return True


class FakeChallengeRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.factors = FakeSecondFactorRepository(storage)
        self.tokens = FakeOneTimeTokenRepository(storage)

    async def issue(
        self, new: NewToken, *, user_id: UserId, payload: str, now: datetime, refunds: tuple[Refund, ...] = ()
    ) -> tuple[SecondFactorMethod, ...]:
        await self.tokens.issue(
            digest=new.digest,
            purpose=PURPOSE,
            user_id=user_id,
            payload=payload,
            now=now,
            expires_at=now + PURPOSE.lifetime,
        )
        await FakeCounterRepository(self.storage).refund(refunds, now=now)
        return await self.factors.methods_of(user_id)

    async def count_attempt(
        self, digests: Sequence[OneTimeTokenDigest], *, at_totp: bool, now: datetime
    ) -> OpenChallenge | None:
        most = PURPOSE.max_attempts or 0
        token = await self.tokens.count_attempt(digests, purpose=PURPOSE, max_attempts=most, now=now)
        if token is None or token.user_id is None:
            return None
        totp = await self.factors.count_attempt(token.user_id) if at_totp else None
        return OpenChallenge(payload=token.payload, totp=totp)


class FakeQrCodes:
    async def svg(self, text: str) -> str:
        """Return a picture that shows nothing. To draw a code takes 10 ms."""
        return f"<svg><title>{text}</title></svg>"
