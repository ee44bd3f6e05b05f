"""Authentication by an access token."""

import pytest
from tests.application import A_DEVICE, Application

from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo


async def refresh(app: Application, tokens: TokenPair, device: ClientInfo = A_DEVICE) -> TokenPair:
    return await app.refresh_session(refresh_token=tokens.refresh, client=device)


async def caller_of(app: Application, tokens: TokenPair) -> AuthenticatedUser:
    return await app.authenticate(access_token=tokens.access.text)


class TestAuthenticate:
    async def test_rejects_expired_token(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(seconds=299)
        assert await caller_of(app, tokens)
        app.clock.advance(seconds=1)
        with pytest.raises(InvalidAccessToken):
            await caller_of(app, tokens)

    async def test_rejects_malformed_token(self, app: Application) -> None:
        with pytest.raises(InvalidAccessToken):
            await app.authenticate(access_token="anything")

    async def test_accepts_earlier_token_of_active_session(self, app: Application, tokens: TokenPair) -> None:
        await refresh(app, tokens)
        assert await caller_of(app, tokens)
