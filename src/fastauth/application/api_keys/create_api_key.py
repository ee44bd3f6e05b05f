"""Create an API key of the caller."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.api_keys.store_key import ApiKeyTerms, NewApiKey, StoreApiKey
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.api_keys.api_key import DEFAULT_DAYS
from fastauth.domain.clock import Clock
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.sessions.assurance import acr_of
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateApiKey:
    """Make a key with some of the caller's permissions, and return its text once."""

    store: StoreApiKey
    roles: RoleRepository
    policy: SecondFactorPolicy
    limiter: MailLimiter
    clock: Clock

    async def __call__(
        self, *, caller: AuthenticatedUser, name: str, scopes: Collection[str], days: int = DEFAULT_DAYS
    ) -> NewApiKey:
        """Return the key, whose text is never shown again.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            InvalidInput: The name or the number of days is not allowed, or a scope is no permission that the
                session has now.
            TooManyApiKeys: The account has 50 keys already.
            TooManyRequests: The account has made too many keys in the last hour.
            StorageUnavailable: The key may or may not have been stored.
        """
        caller.check_recent_authentication(self.clock.now())
        grants = await self.roles.grants_of(caller.user.id)
        held = self.policy.limit_grants(grants, acr=acr_of(caller.session.methods)).permissions
        terms = ApiKeyTerms.parse(name=name, scopes=scopes, days=days, held=held)
        return await self.store(
            terms,
            user_id=caller.user.id,
            session_id=caller.session.id,
            check_limit=self.limiter.check_api_key,
        )
