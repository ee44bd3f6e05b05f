"""Log in with a passkey."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastauth.application.passkeys.assertions import Assertions
from fastauth.application.passkeys.ceremonies import Ceremonies
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.sessions.login_result import LoginResult
from fastauth.application.sessions.login_start import Authentication, LoginStart
from fastauth.domain.clock import Clock
from fastauth.domain.one_time_tokens.token import Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.sessions.assurance import two_factors
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.proof import PasskeyProof
from fastauth.domain.sessions.session import ClientInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInWithPasskey:
    """Start a session by a passkey alone, which has verified its user.

    The limit is one of the network, and apart from that of passwords: a passkey cannot be guessed, so no
    number of attempts of others may lock it.
    """

    rate_limiter: RateLimiter
    ceremonies: Ceremonies
    assertions: Assertions
    device_tokens: DeviceTokens
    login_start: LoginStart
    clock: Clock

    async def __call__(
        self,
        *,
        token: str,
        credential: Mapping[str, Any],
        client: ClientInfo,
        device_token: str | None = None,
    ) -> LoginResult:
        """Start a session of `client`, and return its first tokens and a new device token.

        Raises:
            InvalidCredentials: The credential does not answer the ceremony `token`, which is used now, or the
                account is disabled: one answer for all.
            TooManyRequests: The network of the client has reached its limit.
            Unavailable: Try again later.
        """
        permit = await self.rate_limiter.check_passkey(address=client.address)
        async with self.rate_limiter.refund_on_failure(permit):
            ceremony = await self.ceremonies.finish(Purpose.PASSKEY_GET, token)
            if ceremony is None:
                raise InvalidCredentials
            verified = await self.assertions.verify(
                credential, challenge=ceremony.challenge, owner=None, refusal=InvalidCredentials
            )
            user = verified.user
            device = self.device_tokens.verify(device_token, user.username, now=self.clock.now())
            authentication = Authentication(
                user_id=user.id,
                username=user.username,
                client=client,
                proof=PasskeyProof(),
                methods=two_factors(verified.methods),
                device=device,
                notify=device is None,
            )
            return await self.login_start(
                authentication, refunds=permit.refunds_on_success, store=verified.store
            )
