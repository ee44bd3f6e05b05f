"""Start a session after a log-in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Self

from fastauth.application.sessions.login_result import LoginResult
from fastauth.application.sessions.session_start import SessionStart
from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.clock import Clock
from fastauth.domain.rate_limits.refund import Refund
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.assurance import PASSWORD_ONLY
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.password_step import PasswordStep
from fastauth.domain.sessions.proof import StartProof
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, SessionId, SessionPolicy
from fastauth.domain.unit_of_work import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The account that has authenticated, how, and with which client."""

    user_id: UserId
    username: Username
    client: ClientInfo
    proof: StartProof
    methods: tuple[str, ...] = PASSWORD_ONLY
    device: str | None
    """The id of the known device; ``None`` if the client is to get a new one."""
    notify: bool
    """Whether the owner of the account gets a mail."""

    @classmethod
    def of(
        cls,
        step: PasswordStep,
        client: ClientInfo,
        *,
        proof: StartProof,
        methods: tuple[str, ...] = PASSWORD_ONLY,
    ) -> Self:
        """Return the authentication of a log-in whose password was right."""
        return cls(
            user_id=step.user_id,
            username=step.username,
            client=client,
            proof=proof,
            methods=methods,
            device=step.device,
            notify=step.notify,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStart:
    """Start the session of a log-in, and issue its tokens and a token of the device."""

    session_start: SessionStart
    refresh_tokens: RefreshTokenCodec
    device_tokens: DeviceTokens
    policy: SessionPolicy
    clock: Clock

    async def __call__(
        self,
        authentication: Authentication,
        *,
        refunds: tuple[Refund, ...] = (),
        store: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> LoginResult:
        """Store the session and return the tokens; for `refunds`, `store` and errors see `SessionStart`."""
        refresh, now = self.refresh_tokens.issue(), self.clock.now()
        session = self.policy.new_session(
            SessionId(refresh.session_id),
            authentication.user_id,
            authentication.client,
            refresh_digest=self.refresh_tokens.digest(refresh),
            now=now,
        )
        access = await self.session_start(
            replace(session, methods=authentication.methods),
            proof=authentication.proof,
            refunds=refunds,
            notify=authentication.notify,
            store=store,
        )
        device_token = self.device_tokens.issue(
            authentication.username, device=authentication.device, now=now
        )
        return LoginResult(tokens=TokenPair(access=access, refresh=refresh.text), device_token=device_token)
