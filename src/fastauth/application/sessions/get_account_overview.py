"""Get the account of a session."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.sessions.account_facts import AccountFactsReader
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverview:
    """An account, as its owner sees it."""

    user: User
    addresses: UserAddresses
    has_password: bool
    must_enrol: bool
    """Whether it lacks a second factor that it must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAccountOverview:
    """Return the user of a session with addresses, and what the account has and lacks to log in with."""

    reader: AccountFactsReader
    policy: SecondFactorPolicy
    clock: Clock

    async def __call__(self, *, session_id: SessionId) -> AccountOverview:
        """Return all of it.

        Raises:
            InvalidAccessToken: The session has ended.
            StorageUnavailable: Try again later.
        """
        found = await self.reader.of_session(session_id, now=self.clock.now())
        if found is None:
            raise InvalidAccessToken
        return AccountOverview(
            user=found.user,
            addresses=found.addresses,
            has_password=found.has_password,
            must_enrol=not found.user.has_second_factor and self.policy.requires(found.grants),
        )
