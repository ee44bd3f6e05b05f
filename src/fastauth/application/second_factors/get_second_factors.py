"""Get the second factors of an account."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.accounts.user import User
from fastauth.domain.second_factors.ports import SecondFactorRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactors:
    """The second factors of an account, without its passkeys."""

    totp_since: datetime | None
    """When the authenticator app was confirmed; ``None`` if there is none."""
    totp_locked: bool
    """Whether wrong codes have locked it."""
    recovery_codes: int
    """How many are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetSecondFactors:
    """Return the second factors of an account."""

    factors: SecondFactorRepository

    async def __call__(self, *, user: User) -> SecondFactors:
        """Return the factors.

        Raises:
            StorageUnavailable: Try again later.
        """
        totp = await self.factors.find(user.id)
        return SecondFactors(
            totp_since=totp.confirmed_at if totp else None,
            totp_locked=bool(totp and totp.is_locked),
            recovery_codes=await self.factors.count_recovery_codes(user.id) if user.has_second_factor else 0,
        )
