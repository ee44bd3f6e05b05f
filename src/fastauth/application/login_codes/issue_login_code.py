"""Issue a login code to a front end."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.login_codes.code_challenge import CodeChallenge
from fastauth.domain.login_codes.return_urls import ReturnUrls
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.one_time_tokens.token import OneTimeTokenCodec, Purpose
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLoginCode:
    """Return the URL by which a front end gets the code of a log-in on the pages."""

    one_time_tokens: OneTimeTokenRepository
    tokens: OneTimeTokenCodec
    return_urls: ReturnUrls
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, return_to: str, challenge: CodeChallenge) -> str:
        """Return `return_to` with a new code in its query.

        Raises:
            InvalidInput: `return_to` is not the URL of a front end.
            StorageUnavailable: Try again later.
        """
        token, now = self.tokens.issue(Purpose.LOGIN_CODE), self.clock.now()
        url = self.return_urls.with_code(return_to, token.text)
        await self.one_time_tokens.issue(
            digest=token.digest,
            purpose=Purpose.LOGIN_CODE,
            user_id=caller.user.id,
            subject=challenge.text,
            payload=caller.session.id,
            now=now,
            expires_at=now + Purpose.LOGIN_CODE.lifetime,
        )
        return url
