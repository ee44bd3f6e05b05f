"""Exchange a login code for tokens."""

from dataclasses import dataclass, replace

from fastauth.application.sessions.session_start import SessionStart
from fastauth.domain.clock import Clock
from fastauth.domain.login_codes.code_challenge import CodeChallenge
from fastauth.domain.login_codes.errors import InvalidLoginCode
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import SessionProof
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo, SessionId, SessionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLoginCode:
    """Start a session of a front end, beside the session of the browser that logged in on the pages.

    It has the authentication of that session: its time and its methods. It ends no later than that one.
    """

    one_time_tokens: OneTimeTokenRepository
    tokens: OneTimeTokenCodec
    sessions: SessionRepository
    session_start: SessionStart
    refresh_tokens: RefreshTokenCodec
    policy: SessionPolicy
    clock: Clock

    async def __call__(self, *, code: str, code_verifier: str, client: ClientInfo) -> TokenPair:
        """Return the first tokens of a session of `client`. The code is used up, also by a wrong verifier.

        Raises:
            InvalidLoginCode: The code is not valid, is of another verifier, or its session has ended.
            Unavailable: The code may be used up: the front end requests another one.
        """
        logged_in, now = await self._consume(code, code_verifier), self.clock.now()
        refresh, session = self.refresh_tokens.issue(), logged_in.session
        new = self.policy.new_session(
            SessionId(refresh.session_id),
            logged_in.user.id,
            client,
            refresh_digest=self.refresh_tokens.digest(refresh),
            now=now,
        )
        new = replace(
            new,
            authenticated_at=session.authenticated_at,
            methods=session.methods,
            expires_at=session.expires_at,
            refresh_expires_at=min(new.refresh_expires_at, session.expires_at),
        )
        try:
            access = await self.session_start(new, proof=SessionProof(session.id))
        except InvalidCredentials:
            raise InvalidLoginCode from None
        return TokenPair(access=access, refresh=refresh.text)

    async def _consume(self, code: str, code_verifier: str) -> AuthenticatedUser:
        purpose, now = Purpose.LOGIN_CODE, self.clock.now()
        used = await self.one_time_tokens.consume(
            self.tokens.digests(purpose, code), purpose=purpose, now=now
        )
        if used is None or not CodeChallenge(used.subject).is_of(code_verifier):
            raise InvalidLoginCode
        logged_in = await self.sessions.find(SessionId(used.payload), now=now)
        if logged_in is None:
            raise InvalidLoginCode
        return logged_in
