"""Whether an access token can be used now."""

from dataclasses import dataclass

from fastauth.application.revocations.revoked_tokens import REACH
from fastauth.domain.api_keys.api_key import SESSION_PREFIX
from fastauth.domain.api_keys.key_text import ApiKeyId
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clock import Clock
from fastauth.domain.introspection.introspection import Introspection, TokenType
from fastauth.domain.revocations.ports import RevocationReader
from fastauth.domain.revocations.revocation import TokenIdentity
from fastauth.domain.sessions.access_token import (
    AccessClaims,
    ApiKeyClaims,
    ClientClaims,
    InspectedToken,
)
from fastauth.domain.sessions.ports import SessionRepository


def describe(token: InspectedToken) -> Introspection:
    """Return the content of the claims of a token."""
    session_id: str | None
    match token.claims:
        case AccessClaims() as claims:
            subject, session_id = str(claims.user_id), str(claims.session_id)
            scope = claims.grants.permissions
        case ApiKeyClaims() as claims:
            subject, session_id = str(claims.user_id), SESSION_PREFIX + claims.key_id
            scope = claims.permissions
        case ClientClaims() as claims:
            subject, session_id, scope = claims.client_id, None, claims.permissions
    return Introspection(
        token_type=TokenType.ACCESS_TOKEN,
        subject=subject,
        client_id=token.client_id,
        scope=scope,
        session_id=session_id,
        token_id=token.id,
        issuer=token.issuer,
        audience=token.audience,
        issued_at=token.issued_at,
        expires_at=token.expires_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenState:
    """Look up what a token was issued for, and the revocations."""

    sessions: SessionRepository
    api_keys: ApiKeyRepository
    clients: ClientRepository
    revocations: RevocationReader
    clock: Clock

    async def is_usable(self, token: InspectedToken) -> bool:
        """Return whether session, API key or client can be used, and no revocation concerns the token.

        Raises:
            StorageUnavailable: Try again later.
        """
        return await self._is_alive(token) and not await self.is_revoked(token)

    async def is_revoked(self, token: InspectedToken) -> bool:
        """Return whether a revocation concerns the token, as services find it in the revocation feed.

        Raises:
            StorageUnavailable: Try again later.
        """
        described = describe(token)
        identity = TokenIdentity(
            id=token.id,
            subject=described.subject,
            client_id=token.client_id,
            session_id=described.session_id,
            issued_at=token.issued_at,
        )
        return await self.revocations.is_revoked(identity, since=self.clock.now() - REACH)

    async def _is_alive(self, token: InspectedToken) -> bool:
        now = self.clock.now()
        match token.claims:
            case AccessClaims() as claims:
                caller = await self.sessions.find(claims.session_id, now=now)
                return caller is not None and caller.user.id == claims.user_id
            case ApiKeyClaims() as claims:
                owned = await self.api_keys.find(ApiKeyId(claims.key_id))
                return owned is not None and owned.owner.id == claims.user_id and owned.is_valid(now)
            case ClientClaims() as claims:
                found = await self.clients.get(claims.client_id)
                return found is not None and found.client.disabled_at is None
