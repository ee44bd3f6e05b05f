"""Get the caller's own account."""

from dataclasses import dataclass

from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.sessions.account_facts import AccountFactsReader
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverview:
    """An account, as its owner sees it."""

    addresses: UserAddresses
    has_password: bool
    must_enrol: bool
    """Whether it lacks a second factor that it must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOwnAccount:
    """Return the addresses of the caller, and what the account has and lacks to log in with."""

    reader: AccountFactsReader
    policy: SecondFactorPolicy

    async def __call__(self, *, caller: AuthenticatedUser) -> AccountOverview:
        """Return all of it.

        Raises:
            StorageUnavailable: Try again later.
        """
        found = await self.reader.read(caller.user.id)
        return AccountOverview(
            addresses=found.addresses,
            has_password=found.has_password,
            must_enrol=not caller.user.has_second_factor and self.policy.requires(found.grants),
        )
