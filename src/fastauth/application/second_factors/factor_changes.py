"""What goes with the first factor of an account, and with the last one."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.recovery_code import RecoveryCodeCodec
from fastauth.domain.sessions.assurance import PASSWORD_ONLY
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChanges:
    """Keep an account in step with its factors, of whatever kind: TOTP or passkeys.

    Each method is called in a transaction that has first called `SecondFactorRepository.lock`.
    """

    recovery_codes: RecoveryCodeCodec

    async def added(
        self, transaction: Transaction, user_id: UserId, *, now: datetime
    ) -> tuple[str, ...] | None:
        """Note that a factor was added; return ten recovery codes if it is the first one, else ``None``."""
        if not await transaction.second_factors.require(user_id, now=now):
            return None
        return await self.new_recovery_codes(transaction, user_id, now=now)

    async def removed(self, transaction: Transaction, user_id: UserId, *, now: datetime) -> None:
        """Note that a factor was removed. With the last one, recovery codes go, and levels of sessions.

        A session that was authenticated by two factors would otherwise keep, until it ends, what an account
        without a factor must not have (`SecondFactorPolicy`).
        """
        if await transaction.second_factors.release(user_id):
            await transaction.second_factors.replace_recovery_codes(user_id, (), now=now)
            await transaction.sessions.set_methods(user_id, PASSWORD_ONLY)

    async def new_recovery_codes(
        self, transaction: Transaction, user_id: UserId, *, now: datetime
    ) -> tuple[str, ...]:
        """Store ten new recovery codes in place of all others; return them in clear text."""
        codes = self.recovery_codes.issue()
        digests = [code.digest for code in codes]
        await transaction.second_factors.replace_recovery_codes(user_id, digests, now=now)
        return tuple(code.text for code in codes)
